const password = "correct horse battery";

/** Hashes as the libraries spell them, made by Python's hashlib and Node's argon2, and two of passlib's manual. */
export const hashes: [library: string, secret: string, hash: string][] = [
  [
    "argon2-cffi, pwdlib and @node-rs/argon2",
    password,
    "$argon2id$v=19$m=256,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$KagcQ0VS5LvCbKlgCxQ8dXnxV+mPY8xiq3GMtDtfCz0",
  ],
  [
    "Django's argon2",
    password,
    "argon2$argon2id$v=19$m=256,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$KagcQ0VS5LvCbKlgCxQ8dXnxV+mPY8xiq3GMtDtfCz0",
  ],
  ["Django", password, "pbkdf2_sha256$1000$Fz5VpXWTZlHJiCEO$RiINYk8IgnRmag5sMMN7OcNlj5F7wWYxHH3itYzvBQA="],
  [
    "Django, in more rounds than the runtime does",
    "lètmein",
    "pbkdf2_sha256$100001$seasalt$vJEAUSCHibr/xjG09Hd4mo03y20nB/tTUmlQ9CYDJ7k=",
  ],
  [
    "Werkzeug's PBKDF2",
    password,
    "pbkdf2:sha256:10000$Fz5VpXWTZlHJiCEO$0c990fd6e4ea8cf01d3e9da149d711056870f3a5d7fb819cc30eefa9ea35b69a",
  ],
  [
    "Werkzeug",
    password,
    "scrypt:32768:8:1$Fz5VpXWTZlHJiCEO$358b7231472cf29be78a802508dcc01417a3948a5efac02e5219199be4d42e1b5cd5bcbed98a66e8a62ab18085a0180f268db02a7de660fd3111b084436f5174",
  ],
  ["passlib", "password", "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44"],
  [
    "passlib's manual",
    "toomanysecrets",
    "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
  ],
  ["Django's bcrypt", "U*U", "bcrypt$$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
];
