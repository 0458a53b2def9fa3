"""A stand-in for ProctorExam v3: signed API, LTI launches, the candidate's room, the proctor's and reviewer's seat."""
