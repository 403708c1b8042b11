//! Lists of nouns for persons, and of nouns for machines and other things.

use std::collections::HashMap;

/// Who or what a noun phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person, a role, or a group of persons.
    Person,
    /// An unknown name, which counts as a person.
    Name,
    /// Nobody: `nobody could have known` blames nobody.
    Nobody,
    /// A machine, a program, a document, or anything else that is not a person.
    Thing,
    /// An unknown noun.
    Unknown,
}

impl Actor {
    /// Whether it is a person, or may be one.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Person | Self::Name)
    }
}

/// What a noun can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Always the same.
    Sure(Actor),
    /// A person, unless technical words are before it: `the Kubernetes operator`.
    MostlyPerson,
    /// A machine, unless human words are before it: `the air traffic controller`.
    MostlyThing,
}

/// Persons, roles and groups in the singular; also departments, which are written without an article.
const PERSONS: &str = "
    office i we you he she they who whoever somebody someone anybody anyone everybody everyone person people human individual man
    woman men women guy girl boy kid child children adult folk folks parent mother father friend neighbour neighbor mate fellow
    newcomer stranger colleague teammate team-mate coworker co-worker workmate partner predecessor successor engineer developer
    programmer admin sysadmin reviewer co-author intern contractor freelancer consultant analyst architect designer team subteam
    boss staff staffer employee trainee apprentice junior senior sre dba ops devops maintainer committer contributor approver
    assignee submitter on-call oncall founder ceo cto cfo coo ciso pm qa hr vendor supplier subcontractor stakeholder sponsor expert
    specialist director chief executive secretary receptionist recruiter assistant deputy chairman president minister mayor
    councillor official officer nurse doctor physician surgeon pharmacist paramedic midwife anaesthetist anesthesiologist therapist
    carer caregiver orderly medic dentist radiographer registrar pilot copilot crew stewardess signaller signalman foreman fitter
    welder electrician plumber machinist packer roofer mason bricklayer surveyor carpenter joiner scaffolder painter glazier miller
    cashier clerk shopkeeper salesperson buyer chef cook waiter waitress baker barista bartender butcher concierge housekeeper
    postman dockworker teacher lecturer professor headteacher headmaster tutor caretaker janitor librarian scientist researcher
    technician postdoc investigator accountant auditor bookkeeper trader teller banker treasurer lawyer solicitor attorney paralegal
    judge notary editor journalist reporter photographer cameraman organiser organizer volunteer farmer vet veterinarian gardener
    forester herdsman shepherd fisherman firefighter policeman detective lifeguard coach referee umpire sailor skipper helmsman
    bosun soldier sergeant lieutenant colonel general corporal squad committee council department management leadership government
    company shift helpdesk personnel marketing engineering accounting purchasing procurement nursing housekeeping legal finance
    sales facilities operations catering customer user student pupil patient passenger guest visitor tenant resident citizen winner
    rep representative salesman saleswoman attendant instructor trainer counsellor counselor warden ranger nanny administrator
    participant occupant applicant inhabitant merchant chemist goalie striker player singer drummer dancer composer hairdresser
    tailor brewer distiller vintner grocer barber undertaker priest vicar pastor bishop imam rabbi monk nun prosecutor defendant
    witness juror senator governor ambassador diplomat commissioner negotiator mediator facilitator curator donor investor landlord
    landlady lodger dean provost chancellor principal scholar marshal constable climber diver swimmer rower jockey trucker stevedore
    loadmaster navigator purser deckhand labourer laborer bookmaker watchmaker filmmaker dressmaker actor actress bodyguard lookout
    hire dev devs operations cyclist ministry agency authority police court union firm parliament jury faculty choir brigade battalion adviser advisor aide
    announcer appraiser assessor astronaut babysitter bailiff bouncer broadcaster bursar butler cadet caddie campaigner canvasser
    caterer chaplain chauffeur childminder cobbler comedian conservator coroner counsel custodian delegate demonstrator docent
    drafter drover embalmer escort estimator examiner fabricator financier fisher governess grader graduate grower hunter
    illustrator invigilator jailer jeweller jeweler lector lessee magistrate maid marketer matron milliner minder neurologist novice
    operative pedestrian potter preacher promoter proofreader publican rancher rapporteur realtor repairer rescuer rigger scout
    sculptor seamstress seller servant sexton sheriff shopper signatory sitter spotter stockbroker stoker stonemason superintendent
    tanner tiler toolmaker traveller traveler underwriter upholsterer usher valet verger weaver woodcutter youth veteran bride groom
    heir widow tourist hiker sprinter keyholder shareholder cardholder policyholder householder leaseholder bystander onlooker
    eyewitness culprit hacker
";

/// Words for persons that can also mean programs and machines.
const MOSTLY_PERSONS: &str = "
    operator manager member dispatcher conductor guard coordinator supervisor broker carrier provider driver responder tester
    planner builder inspector translator board desk presenter speaker porter messenger courier cleaner commander author steward
    owner captain chair lead head peer mechanic miner candidate handyman installer dispatch guide logistics maintenance security
    support
";

/// Words for machines that can also mean persons.
const MOSTLY_THINGS: &str = "
    agent worker controller scheduler runner handler consumer producer client host reader writer observer interpreter loader
    orchestrator caller sender receiver watcher keeper master follower leader
";

/// Machines, programs, products, documents, and what happens to them.
const THINGS: &str = "
    it this these those everything nothing something anything there what which each both neither either others most access alarm
    alert altimeter analytics api app appliance application approach approval array artefact artifact autopilot backup balancer
    barrier battery beacon belt bill binary boiler bot brake branch breaker bridge browser bucket budget bug build bus button cable
    cache calendar camera card cart cell centrifuge certificate chain change channel charger chart check checklist chip circuit
    clause clock cloud cluster code column command commit compiler compressor computer config configuration connection connector
    console contract conveyor cookie copy core counter crane cron cronjob crossing daemon dam dashboard data database dataset date
    day deadline defibrillator deploy deployment design detector device disk display dns document documentation door drawer drill
    drone duct email elevator endpoint engine error event export extension failover fan feature feed fence field file filter fire
    firewall firmware fix flag flight floor form formula framework freezer fridge function furnace fuse gate gateway gauge generator
    graph grid group gully handover hardware header heartbeat heater heat history hook hose hour image import index indicator
    infrastructure input instance instrument integration interface interlock internet invoice item iterator job journal kernel key
    kiln kit lab label lamp language law layer leak library lift light limit linter list load lock log loop machine mail main map
    market meeting memory menu message meter metric middleware migration mirror model module monitor month morning motor network
    night node note notification number object offset oil order output oven oxygen package page paper parameter parcel parser patch
    path payload pipe pipeline plan plant plugin pod point policy pool port power press printer procedure process processor program
    programme project projector protocol proxy pump query questionnaire queue radar radio rail rain record recorder redirect
    redundancy register relay release replica report repository request resolver response restart result retry road robot rocket
    rollback rollout room rota route router row rule runbook runtime safety sample sandbox satellite scale scanner schedule schema
    screen script search seal sensor server service session setting shelf ship shop sign signal sink siren site smoke software
    solver spreadsheet sprinkler standard state station storage store storm stove stream string structure submission suite sweep
    switch sync system table tag tank tap task template terminal test text thermometer thermostat thing thread ticket till timeout
    timer title token tool topic track tracker tractor traffic train transaction transfer transformer transmitter trigger truck
    tunnel turbine tutorial tyre unit update upgrade upload valve van variable vehicle ventilator version video vm volume wall
    warehouse warning watchdog water weather webhook website week wheel wiki wind window wire work workflow workspace year yesterday
    today tomorrow zone monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december crawler indexer exporter importer deserialiser deserializer serialiser serializer adapter
    encoder decoder renderer debugger profiler optimiser optimizer allocator collector container buffer washer dryer mixer blender
    cooker toaster dishwasher hoover lawnmower excavator forklift digger sterilizer steriliser dispenser incubator analyser analyzer
    regulator actuator inverter rectifier insulator capacitor thermocouple barometer escalator helper wrapper validator checker
    formatter bundler minifier installer updater launcher scraper spider limiter throttler sampler poller listener publisher
    subscriber emitter locker sharder partitioner hypervisor emulator simulator tokenizer tokeniser lexer assembler disassembler
    linker preprocessor fault mistake outage incident failure decision excuse review remark answer reply question advice points
    wiring lighting plumbing autoscaler reconciler scaler hydrant lubricant coolant sealant career coffee degree guarantee decree
    fee tree feedback arm blade lever spring axle wing rudder hull mast snow ice fog hail lightning dust sand mud salt sugar flour
    wood metal glass plastic concrete gas air steam food bread milk beer wine money cash luck music sound sleep blood cold sun
    sunlight moisture humidity lid cap cover bolt screw nut nail rope tile brick beam floorboard ladder scaffold gear gearbox clutch
    pedal throttle propeller rotor stator coil magnet resistor diode socket plug antenna aerial modem headset keyboard mouse laptop
    tablet phone telephone smartphone watch doorbell bell whistle horn bulb candle torch lantern bandage syringe needle catheter
    stent pacemaker scalpel splint bed mattress pillow bench cupboard wardrobe bag box crate pallet bottle jar can tin barrel bin
    basket tray plate bowl pan pot kettle knife fork spoon car lorry bicycle bike motorbike boat ferry plane aircraft helicopter
    shuttle carriage wagon trailer tram metro subway pen pencil ink stamp envelope letter postcard newspaper magazine poster leaflet
    brochure atlas dictionary textbook exam quiz essay lecture lesson apartment house roof ceiling chimney stairs staircase corridor
    basement cellar attic garage garden lawn hedge pond river lake sea ocean cow horse sheep goat pig hen dog cat bird fish crop
    wheat corn rice seed soil mechanism assembly part component subsystem platform tooling automation environment count total sum
    average rate ratio percentage value pair hash checksum digest signature
";

/// Products that are known well enough to be written without `the service`.
const PRODUCTS: &str = "
    airflow akamai alertmanager amazon android ansible apache apple argo aurora aws azure bazel bash bigquery bitbucket bluetooth
    bugzilla buildkite caddy calico cargo cassandra ceph chrome chromium cilium circleci clickhouse cloudflare cloudfront cloudwatch
    cocoapods confluence consul containerd cron curl dart datadog debian django docker dropbox dynamodb edge elasticsearch elixir
    envoy erlang etcd excel exchange express facebook fastly fedora figma firefox firebase flask flink fluentd gcp gerrit git gitea
    github gitlab gmail go google gradle grafana graphql hadoop haproxy haskell helm heroku hive html http https ios istio jaeger
    java javascript jenkins jira jupyter kafka keycloak kibana kotlin kubectl kubernetes k8s lambda laravel linux logstash lua mac
    macos magento mariadb maven memcached mercurial microsoft minio mongo mongodb mysql nagios nats netlify nextcloud nginx node
    nomad npm nvidia octave okta openshift openssl openstack opsgenie oracle outlook pagerduty pandas paypal perl php pip postgres
    postgresql postfix powershell prometheus pulsar puppet python pytorch qemu rabbitmq rails react redis redshift rust s3 safari
    salesforce sap scala selenium sendgrid sentry sharepoint slack snowflake solr spark splunk spring sqlite squid ssh stripe svn
    swift systemd tensorflow terraform tomcat trello twilio typescript ubuntu unbound unicorn unix varnish vercel vmware webpack
    whatsapp wikipedia windows wordpress yaml yarn zabbix zendesk zoom zookeeper
";

/// Words before an ambiguous noun that make it a person.
const HUMAN_SIGNS: &str = "
    air traffic shift duty night day on-call oncall crane train bus lorry truck taxi tram van forklift ambulance human senior junior
    new tired young old experienced retired deputy assistant lead head store shop branch office warehouse bank hotel restaurant
    release engineering product project account line floor incident security museum prison school football insurance estate travel
    crew team staff department committee ward hospital theatre ski social volunteer aid help service front family film record plant
    switchboard telephone camera machine tour coach health it hr qa sales marketing works building site regional general stage
    factory farm construction dock steel care rail bar kitchen harbour harbor quarter house ring concert choir band master mountain
    vendor customer
";

/// Words before an ambiguous noun that make it a machine.
const TECHNICAL_SIGNS: &str = "
    package session cluster database device gpu cpu network storage printer audio usb kernel display graphics event message job task
    window memory transaction secret secrets password lock file process thread connection raft quorum replica set volume boot
    kubernetes cloud logical boolean comparison spread ternary arithmetic bitwise string query plan remote bgp vpn dns ocsp icmp ntp
    dhcp identity circuit control power test build configuration config download update virtual resource content queue cache data
    certificate key state backup scheduler pod container node broken faulty background automatic automated irrigation motor
    temperature web print read write tls ipv6 hardware software feature upgrade installation style reference setup
";

impl Entry {
    /// The meaning of the noun after words with a sign.
    pub fn actor(self, sign: impl Fn() -> Sign) -> Actor {
        match self {
            Self::Sure(actor) => actor,
            Self::MostlyPerson if sign() == Sign::Technical => Actor::Thing,
            Self::MostlyPerson => Actor::Person,
            Self::MostlyThing if sign() == Sign::Human => Actor::Person,
            Self::MostlyThing => Actor::Thing,
        }
    }
}

/// The known words in lower case. It finds singulars and plurals.
pub struct Lexicon {
    entries: HashMap<&'static str, Entry>,
    human_signs: Vec<&'static str>,
    technical_signs: Vec<&'static str>,
}

impl Lexicon {
    pub fn new() -> Self {
        let lists = [
            (THINGS, Entry::Sure(Actor::Thing)),
            (PRODUCTS, Entry::Sure(Actor::Thing)),
            (PERSONS, Entry::Sure(Actor::Person)),
            (MOSTLY_PERSONS, Entry::MostlyPerson),
            (MOSTLY_THINGS, Entry::MostlyThing),
            ("nobody none no-one", Entry::Sure(Actor::Nobody)),
        ];
        // Later lists overrule earlier ones.
        let entries = lists
            .into_iter()
            .flat_map(|(words, entry)| words.split_whitespace().map(move |word| (word, entry)))
            .collect();
        let [human_signs, technical_signs] =
            [HUMAN_SIGNS, TECHNICAL_SIGNS].map(|words| words.split_whitespace().collect());
        Self {
            entries,
            human_signs,
            technical_signs,
        }
    }
}

/// What a word before a noun tells about the noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It means a person: `night` before `driver`.
    Human,
    /// It means a machine: `network` before `driver`.
    Technical,
    /// The word is unknown.
    None,
}

impl Lexicon {
    /// What a word in lower case tells about a noun after it.
    pub fn sign(&self, word: &str) -> Sign {
        if self.human_signs.contains(&word) {
            Sign::Human
        } else if self.technical_signs.contains(&word)
            || self.entry(word) == Some(Entry::Sure(Actor::Thing))
        {
            Sign::Technical
        } else {
            Sign::None
        }
    }

    /// What a noun in lower case can mean. For a noun that is not in the lists, its ending decides.
    pub fn noun(&self, noun: &str) -> Entry {
        self.entry(noun).unwrap_or_else(|| {
            Entry::Sure(if ends_like_a_person(noun) {
                Actor::Person
            } else if ends_like_a_thing(noun) {
                Actor::Thing
            } else {
                Actor::Unknown
            })
        })
    }

    fn entry(&self, word: &str) -> Option<Entry> {
        let found = |word: &str| self.entries.get(word).copied();
        let singular = || {
            let stem = word.strip_suffix('s')?;
            found(stem)
                .or_else(|| found(stem.strip_suffix('e')?))
                .or_else(|| found(&format!("{}y", stem.strip_suffix("ie")?)))
        };
        found(word).or_else(singular)
    }
}

/// Endings of words for persons. The ending alone does not count as a word.
const PERSON_ENDINGS: &[&str] = &[
    "man", "woman", "men", "women", "person", "people", "ist", "ists", "ician", "icians", "ee",
    "ees", "eer", "eers", "grapher", "graphers", "nomer", "nomers", "sopher", "sophers", "keeper",
    "keepers", "smith", "smiths", "wright", "wrights", "monger", "mongers", "master", "masters",
];

/// Words for things with an ending of words for persons.
const NO_PERSONS: &[&str] = &[
    "checklist",
    "playlist",
    "allowlist",
    "denylist",
    "blocklist",
    "waitlist",
    "whitelist",
    "blacklist",
    "wishlist",
    "shortlist",
    "watchlist",
    "picklist",
    "twist",
    "wrist",
    "toffee",
    "marquee",
    "veneer",
    "webmaster",
    "keeper",
    "master",
    "specimen",
    "regimen",
    "acumen",
];

fn ends_like_a_person(word: &str) -> bool {
    let is_thing = NO_PERSONS.iter().any(|thing| {
        word.strip_prefix(thing)
            .is_some_and(|rest| matches!(rest, "" | "s"))
    });
    word.len() > 5 && PERSON_ENDINGS.iter().any(|ending| word.ends_with(ending)) && !is_thing
}

/// Endings of words for events and qualities.
const THING_ENDINGS: &[&str] = &[
    "ing", "tion", "tions", "sion", "sions", "ment", "ments", "ness", "ity", "ities", "ance",
    "ances", "ence", "ences", "ancy", "ency", "ware", "ism", "work", "works", "ics", "list",
    "lists", "base", "bases", "script", "scripts", "meter", "meters", "graph", "graphs", "scope",
    "scopes", "izer", "izers", "iser", "isers", "ifier", "ifiers", "scaler", "scalers", "daemon",
    "daemons",
];

fn ends_like_a_thing(word: &str) -> bool {
    word.len() > 4
        && THING_ENDINGS.iter().any(|ending| word.ends_with(ending))
        && !NAMES.contains(&word)
}

/// Names that end like words for things, or like plurals.
const NAMES: &[&str] = &[
    "sterling",
    "irving",
    "manning",
    "fleming",
    "harding",
    "browning",
    "golding",
    "constance",
    "florence",
    "laurence",
    "lawrence",
    "clarence",
    "terence",
    "terrence",
    "terrance",
    "spence",
    "vance",
    "marion",
    "trinity",
    "charity",
    "felicity",
    "verity",
    "clement",
    "james",
    "chris",
    "thomas",
    "lars",
    "jonas",
    "nicolas",
    "agnes",
    "ines",
    "hans",
    "andreas",
    "matthias",
    "mathias",
    "tobias",
    "elias",
    "lucas",
    "lukas",
    "niels",
    "jens",
    "nils",
    "mats",
    "mads",
    "kees",
    "els",
    "anders",
    "charles",
    "miles",
    "wes",
    "gus",
    "carlos",
    "marcos",
    "dolores",
    "mercedes",
    "frances",
    "nikos",
    "kostas",
    "jules",
    "yves",
    "georges",
    "hughes",
    "silas",
    "giles",
    "moses",
    "josephs",
    "williams",
    "jones",
    "davies",
    "roberts",
    "evans",
    "edwards",
    "peters",
    "rogers",
    "adams",
    "phillips",
    "richards",
    "stevens",
    "matthews",
    "andrews",
    "hayes",
    "brooks",
    "sanders",
    "myers",
    "rodrigues",
    "fernandes",
];

/// Words that are also first names. With a capital and without an article, they mean a person.
const WORDS_AS_NAMES: &str = "
    amber april art august basil bill brooke chase chuck clay cliff daisy dale dawn dean drew duke earl eve faith frank gene glen
    grace grant hazel heather holly hope iris ivy jack jasmine jay joy june lance lily mark max may miles olive page pat penny ray
    reed rob robin rose rosemary ruby sue victor violet will
";

/// Whether a capitalised word is a first name rather than an ordinary word.
pub fn can_be_name(word: &str) -> bool {
    WORDS_AS_NAMES.split_whitespace().any(|name| name == word)
}

/// Whether a word at the start of a sentence is a plural, and not a name.
pub fn is_plural(word: &str) -> bool {
    word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"]
            .iter()
            .any(|ending| word.ends_with(ending))
        && !NAMES.contains(&word)
}
