"""canbao (参保): enrolment and premium collection for resident medical insurance."""
