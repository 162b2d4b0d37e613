"""What Earshot talks about: brands, posts, assessments, alerts. No I/O, and no import of any other room."""
