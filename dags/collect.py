"""Every minute: whose turn is it? One mapped task for each (brand, platform); a slow platform holds up no other."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, task

POSTS = Asset("earshot://posts")


@dag(
    schedule="* * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={"retries": 2, "retry_delay": timedelta(seconds=20)},
    tags=["earshot"],
    doc_md=__doc__,
)
def collect():
    @task
    def plan(dag_run=None) -> list[dict[str, str]]:
        from pipeline import airflow_tasks

        return airflow_tasks.plan(dag_run.logical_date or dag_run.run_after)

    @task(outlets=[POSTS], map_index_template="{{ turn_name }}")
    def collect_one(turn: dict[str, str], dag_run=None) -> dict[str, int]:
        from airflow.sdk import get_current_context

        from pipeline import airflow_tasks

        get_current_context()["turn_name"] = f"{turn['brand']} from {turn['platform']}"
        return airflow_tasks.collect(turn["brand"], turn["platform"], dag_run.logical_date or dag_run.run_after)

    collect_one.expand(turn=plan())


collect()
