"""After every collection and every minute: classify, recount, evaluate the rules, deliver. One run at a time.

What there is to do is read from the store. The events of the asset are hints that save waiting, and nothing more.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

POSTS = Asset("earshot://posts")


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("* * * * *", timezone="UTC"), assets=[POSTS]),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["earshot"],
    doc_md=__doc__,
)
def judge():
    @task
    def judge_all(dag_run=None) -> dict[str, int]:
        from pipeline import airflow_tasks

        return airflow_tasks.judge(dag_run.logical_date or dag_run.run_after)

    judge_all()


judge()
