"""Every hour: what may no longer be kept goes, and what was deleted upstream goes here too."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task


@dag(
    schedule="17 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["earshot"],
    doc_md=__doc__,
)
def forget():
    @task
    def forget_expired(dag_run=None) -> dict[str, int]:
        from pipeline import airflow_tasks

        return airflow_tasks.forget(dag_run.logical_date or dag_run.run_after)

    forget_expired()


forget()
