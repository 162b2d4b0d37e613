"""``make up`` and ``make down``: the dashboard and Airflow as child processes on this machine."""
