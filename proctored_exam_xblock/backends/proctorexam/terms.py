"""What candidates of an exam with ProctorExam accept beside the course's terms; an operator's own text replaces it."""

from __future__ import annotations

from ...domain.terms import ServiceTerms

TERMS = ServiceTerms(
    version="1",
    texts={
        "fr": (
            "Surveillance par ProctorExam. Mon écran, ma caméra et mon microphone sont enregistrés pendant toute "
            "l’épreuve par la société ProctorExam (Pays-Bas), puis un examinateur regarde l’enregistrement.\n\n"
            "Données transmises. Mes nom et prénom et mon adresse électronique sont transmis à ProctorExam, qui "
            "m’écrit à cette adresse.\n\n"
            "Identité. Une pièce d’identité et mon visage sont photographiés avant l’épreuve ; sans ces photos, "
            "l’examen n’est pas valide."
        ),
        "en": (
            "Proctoring by ProctorExam. My screen, camera and microphone are recorded during the whole exam by "
            "ProctorExam (Netherlands); a reviewer then watches the recording.\n\n"
            "Data passed on. My first and last name and my e-mail address are given to ProctorExam, which writes "
            "to me at that address.\n\n"
            "Identity. An identity document and my face are photographed before the exam; without these photos "
            "the exam is not valid."
        ),
    },
)
