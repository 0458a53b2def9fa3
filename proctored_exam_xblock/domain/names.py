"""The name on the certificate: whether the family name could be taken for a first name, and how capitals would show it.

Guides ask for the family name in capitals where nobody can tell it from the first name: Martin, Thomas, Laurent.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150
"""Characters of each name that are kept."""

_USUAL = """
abel abraham adam adrian adrien agnes aime alain alan alban albert alberto alex alexander alexandra alexandre alexis
alfonso alfred ali alice aline alix allan alma alonso amadou amaury ambroise amelie anais andre andrea andreas andrew
angel angelo anna anne anselme antoine anton antonio ariane ariel armand arnaud arnold arthur aubert aubin aubry
auguste augustin aurelien austin avril ayoub baptiste barbara barnabe barthelemy bastien baudouin beatrice benedict
benjamin benoist benoit bernard bernardo bertin bertrand blaise blanche boris brice bruno bryan camille carl carlo
carlos carmen carole caroline catherine cecile celestin celine charles charlie charlotte chloe christian christine
christophe claire clara claude claudia clemence clement clovis colette colin conrad constant constantin corentin cyril
cyrille damien dan daniel danielle david delphine denis denise desire didier diego dimitri dominique donald donatien
dora douglas duncan edgar edmond edouard eduardo edward elia elie elisabeth elise elliott eloi elsa emile emilie emma
emmanuel eric ernest ernst erwan esteban estelle etienne eugene eustache eva eve evrard fabien fabrice felix ferdinand
fernand fernando fidel firmin flavien florence florent florian francis francisco franck francois francoise frank franz
frederic frederick gabin gabriel gael gaetan garance gaspard gaston gauthier gautier genevieve geoffroy george georges
gerald gerard germain gilbert gildas gilles giovanni godefroy gonzague gordon graham gregoire gregory guido guilhem
guillaume gustave guy hamid hans harry hector helene henri henrique henry herbert hermann herve hilaire hippolyte
honore horace howard hubert hugo hugues humbert ibrahim ignace igor ines ingrid irene isaac isabelle isidore ismael
ivan jack jacob jacqueline jacques jacquot james jan jane jasmine jason jean jeanne jeremie jeremy jerome jim joachim
joan joaquin joel joffrey johan john jonas jonathan jordan jorge jose joseph josephine joshua josse juan jude jules
julia julian julie julien juliette justin justine karim karl keith kevin kim lambert lancelot lara laura laure
laurence laurent lazare lea leandre leger leo leon leonard leonardo leopold leslie lewis lilian lina lionel lisa loic
lola lorenzo lou louis louise luc luca lucas lucie lucien lucile ludovic luis madeleine mael magali mamadou manon
manuel marc marceau marcel marcelle marco marcus margaux margot marguerite maria marianne marie marina marine marion
marius mark marta marthe martial martin martina martine mary matheo mathias mathieu mathilde mathis matteo matthias
matthieu maud maurice max maxence maxime maximilien medard melanie melissa michael michel michele miguel mike milan
mireille mohamed mohammed moise monique morgan moussa murielle mustapha nathalie nathan nathanael neil nelson nicolas
nicole nina noa noah noe noel noemie nora norbert norman oceane octave odile olga olivia olivier omar oscar oswald
otto ousmane pablo paco pascal pascale patrice patricia patrick paul paula pauline pedro peter philibert philip
philippe pierre pierrick prosper quentin rachel ralph raoul raphael raymond raynaud regine regis remi remy renaud rene
renee ricardo richard robert roberto robin roch rodolphe rodrigo rodrigue roger roland rolland romain roman romeo
ronald rosa rosalie rose ross roy ruben rudolf russell sabine sacha salomon salvador sam samson samuel sandra sandrine
santiago sarah scott sean sebastian sebastien segolene serge sergio severin sidney sidonie silvain silvestre simeon
simon simone solal solene sophie spencer stanislas stanley stella stephan stephane stephanie stephen steven stuart
suzanne sylvain sylvestre sylvie tancrede tanguy tatiana telma terry thea theo theodore theophile therese thibault
thibaut thierry thomas timothee titouan tobias tom tomas toussaint tristan tyler ulrich ulysse urbain ursula valentin
valentine valere valerie vanessa vera vernon veronique victoire victor victoria vincent virgile virginie vital vivien
vladimir walter warren wayne werner wilfried william willy wolfgang xavier yaelle yann yannick youssef yves yvette
yvon yvonne zacharie zoe
"""
_FIRST_NAMES = frozenset(_USUAL.split())
"""First names of French and other European usage that are family names too, without accents."""


def is_ambiguous(first_name: str, last_name: str) -> bool:
    """True when the family name, or a word of it, is a common first name: nobody can tell which is which, nor in which
    order they stand. Capitals already written settle it, and a single name needs none."""
    if not first_name.strip() or not last_name.strip() or last_name == last_name.upper():
        return False
    words = [_plain(word) for word in re.split(r"[\s'’-]+", last_name)]
    return any(word in _FIRST_NAMES for word in words)


def in_capitals(last_name: str) -> str:
    """The family name as a certificate shows it where it has to be told from the first name."""
    return last_name.upper()[:LONGEST]


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)).casefold()
