"""The word tables of the tiny world: one line a word, columns between bars.

Every form that a rule would get wrong is written out (plurals, strong verbs, separable prefixes);
every form that a rule gets right is left to ``german`` and ``english``.
"""

# english | plural | german | plural | gender (w: weak masculine)
PERSONS = """
farmer|farmers|Bauer|Bauern|w
teacher|teachers|Lehrer|Lehrer|m
doctor|doctors|Arzt|Ärzte|m
child|children|Kind|Kinder|n
woman|women|Frau|Frauen|f
man|men|Mann|Männer|m
girl|girls|Mädchen|Mädchen|n
boy|boys|Junge|Jungen|w
friend|friends|Freund|Freunde|m
neighbour|neighbours|Nachbar|Nachbarn|w
queen|queens|Königin|Königinnen|f
king|kings|König|Könige|m
aunt|aunts|Tante|Tanten|f
uncle|uncles|Onkel|Onkel|m
sister|sisters|Schwester|Schwestern|f
guest|guests|Gast|Gäste|m
"""
ANIMALS = """
dog|dogs|Hund|Hunde|m
cat|cats|Katze|Katzen|f
horse|horses|Pferd|Pferde|n
bird|birds|Vogel|Vögel|m
cow|cows|Kuh|Kühe|f
goat|goats|Ziege|Ziegen|f
duck|ducks|Ente|Enten|f
mouse|mice|Maus|Mäuse|f
bear|bears|Bär|Bären|w
fox|foxes|Fuchs|Füchse|m
"""
THINGS = """
book|books|Buch|Bücher|n
letter|letters|Brief|Briefe|m
lamp|lamps|Lampe|Lampen|f
key|keys|Schlüssel|Schlüssel|m
boat|boats|Boot|Boote|n
cup|cups|Tasse|Tassen|f
chair|chairs|Stuhl|Stühle|m
table|tables|Tisch|Tische|m
bicycle|bicycles|Fahrrad|Fahrräder|n
clock|clocks|Uhr|Uhren|f
picture|pictures|Bild|Bilder|n
hat|hats|Hut|Hüte|m
coat|coats|Mantel|Mäntel|m
bag|bags|Tasche|Taschen|f
box|boxes|Kiste|Kisten|f
flower|flowers|Blume|Blumen|f
ring|rings|Ring|Ringe|m
knife|knives|Messer|Messer|n
bottle|bottles|Flasche|Flaschen|f
map|maps|Karte|Karten|f
blanket|blankets|Decke|Decken|f
drum|drums|Trommel|Trommeln|f
"""
# … | gender | english preposition | german preposition (both say where something happens)
PLACES = """
garden|gardens|Garten|Gärten|m|in|in
kitchen|kitchens|Küche|Küchen|f|in|in
house|houses|Haus|Häuser|n|in|in
school|schools|Schule|Schulen|f|at|in
village|villages|Dorf|Dörfer|n|in|in
forest|forests|Wald|Wälder|m|in|in
market|markets|Markt|Märkte|m|at|auf
bridge|bridges|Brücke|Brücken|f|on|auf
river|rivers|Fluss|Flüsse|m|by|an
station|stations|Bahnhof|Bahnhöfe|m|at|an
church|churches|Kirche|Kirchen|f|behind|hinter
barn|barns|Scheune|Scheunen|f|in|in
tower|towers|Turm|Türme|m|in front of|vor
hill|hills|Hügel|Hügel|m|on|auf
island|islands|Insel|Inseln|f|on|auf
tree|trees|Baum|Bäume|m|under|unter
"""
# base | third | past | participle || infinitive | er-form | er-preterite | participle | auxiliary
# A dot marks a separable prefix: ab.holen. The auxiliary is h (haben) or s (sein).
VERBS_NONE = """
sleep|sleeps|slept|slept|schlafen|schläft|schlief|geschlafen|h
work|works|worked|worked|arbeiten|arbeitet|arbeitete|gearbeitet|h
sing|sings|sang|sung|singen|singt|sang|gesungen|h
laugh|laughs|laughed|laughed|lachen|lacht|lachte|gelacht|h
wait|waits|waited|waited|warten|wartet|wartete|gewartet|h
swim|swims|swam|swum|schwimmen|schwimmt|schwamm|geschwommen|s
dance|dances|danced|danced|tanzen|tanzt|tanzte|getanzt|h
cry|cries|cried|cried|weinen|weint|weinte|geweint|h
stay|stays|stayed|stayed|bleiben|bleibt|blieb|geblieben|s
play|plays|played|played|spielen|spielt|spielte|gespielt|h
get up|gets up|got up|got up|auf.stehen|steht|stand|aufgestanden|s
arrive|arrives|arrived|arrived|an.kommen|kommt|kam|angekommen|s
"""
VERBS_THING = """
see|sees|saw|seen|sehen|sieht|sah|gesehen|h
find|finds|found|found|finden|findet|fand|gefunden|h
buy|buys|bought|bought|kaufen|kauft|kaufte|gekauft|h
carry|carries|carried|carried|tragen|trägt|trug|getragen|h
draw|draws|drew|drawn|zeichnen|zeichnet|zeichnete|gezeichnet|h
clean|cleans|cleaned|cleaned|putzen|putzt|putzte|geputzt|h
repair|repairs|repaired|repaired|reparieren|repariert|reparierte|repariert|h
take|takes|took|taken|nehmen|nimmt|nahm|genommen|h
lose|loses|lost|lost|verlieren|verliert|verlor|verloren|h
forget|forgets|forgot|forgotten|vergessen|vergisst|vergaß|vergessen|h
hide|hides|hid|hidden|verstecken|versteckt|versteckte|versteckt|h
need|needs|needed|needed|brauchen|braucht|brauchte|gebraucht|h
steal|steals|stole|stolen|stehlen|stiehlt|stahl|gestohlen|h
break|breaks|broke|broken|zerbrechen|zerbricht|zerbrach|zerbrochen|h
bring along|brings along|brought along|brought along|mit.bringen|bringt|brachte|mitgebracht|h
throw away|throws away|threw away|thrown away|weg.werfen|wirft|warf|weggeworfen|h
"""
VERBS_BEING = """
visit|visits|visited|visited|besuchen|besucht|besuchte|besucht|h
love|loves|loved|loved|lieben|liebt|liebte|geliebt|h
praise|praises|praised|praised|loben|lobt|lobte|gelobt|h
greet|greets|greeted|greeted|grüßen|grüßt|grüßte|gegrüßt|h
know|knows|knew|known|kennen|kennt|kannte|gekannt|h
wash|washes|washed|washed|waschen|wäscht|wusch|gewaschen|h
pick up|picks up|picked up|picked up|ab.holen|holt|holte|abgeholt|h
invite|invites|invited|invited|ein.laden|lädt|lud|eingeladen|h
"""
VERBS_DATIVE = """
help|helps|helped|helped|helfen|hilft|half|geholfen|h
thank|thanks|thanked|thanked|danken|dankt|dankte|gedankt|h
follow|follows|followed|followed|folgen|folgt|folgte|gefolgt|s
trust|trusts|trusted|trusted|vertrauen|vertraut|vertraute|vertraut|h
"""
VERBS_GIVE = """
give|gives|gave|given|geben|gibt|gab|gegeben|h
show|shows|showed|shown|zeigen|zeigt|zeigte|gezeigt|h
send|sends|sent|sent|schicken|schickt|schickte|geschickt|h
lend|lends|lent|lent|leihen|leiht|lieh|geliehen|h
sell|sells|sold|sold|verkaufen|verkauft|verkaufte|verkauft|h
"""
VERBS_CLAUSE = """
say|says|said|said|sagen|sagt|sagte|gesagt|h
think|thinks|thought|thought|denken|denkt|dachte|gedacht|h
believe|believes|believed|believed|glauben|glaubt|glaubte|geglaubt|h
"""
# english | german | german stem before an ending, where it differs
ADJECTIVES = {
    "person": """
old|alt
young|jung
tired|müde|müd
clever|klug
friendly|freundlich
happy|glücklich
sad|traurig
rich|reich
poor|arm
hungry|hungrig
""",
    "thing": """
red|rot
green|grün
blue|blau
yellow|gelb
black|schwarz
white|weiß
big|groß
small|klein
new|neu
heavy|schwer
expensive|teuer|teur
beautiful|schön
""",
}
# english | german | tenses it goes with: p present and perfect, t past, f future, a all of them
TIMES = """
today|heute|a
yesterday|gestern|t
tomorrow|morgen|f
now|jetzt|p
often|oft|pt
in the evening|am Abend|a
on Sunday|am Sonntag|a
in summer|im Sommer|a
soon|bald|f
every morning|jeden Morgen|pt
"""
FEMALE_NAMES = "Alma Berta Clara Dora Edda Frieda Greta Hilda Irma Jutta Karla Lotte Marta Nora"
MALE_NAMES = "Anton Bruno Carl Dirk Emil Fritz Gustav Hugo Ivo Jakob Kurt Leo Max Nils"
TOWNS = (
    "Lindal Torwick Brenau Felsund Grodenz Halmark Istermoor Kestrin "
    "Mardorf Nevburg Orlin Pelzow Quarn Rostam Selkirn Ulmstad"
)
