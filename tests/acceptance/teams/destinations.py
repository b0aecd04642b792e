"""Where the calls of the made-up export go: labels of the deck, and numbers that belong to them."""

from typing import Final

# Label -> what its numbers begin with, how many digits they have, the country as the report writes it.
# Where a country keeps numbers for fiction, these are they.
OUTBOUND: Final = {
    "United States": ("142555501", 11, "US"),
    "United States premium": ("190055501", 11, "US"),
    "United States toll-free": ("188855501", 11, "US"),
    "United Kingdom": ("442079460", 12, "GB"),
    "United Kingdom mobile": ("447700900", 12, "GB"),
    "United Kingdom toll-free": ("448081570", 12, "GB"),
    "Germany": ("493023125", 12, "DE"),
    "Germany mobile": ("4917139200", 12, "DE"),
    "Germany directory enquiries": ("49118", 7, "DE"),
    "Switzerland": ("41445550", 11, "CH"),
    "India": ("911155550", 12, "IN"),
    "Turkey": ("902125550", 12, "TR"),
    "Japan": ("81355500", 11, "JP"),
}
DIAL_OUT: Final = {
    "Conference to United States": ("142555501", 11, "US"),
    "Conference to United Kingdom": ("442079460", 12, "GB"),
    "Conference to United Kingdom mobile": ("447700900", 12, "GB"),
    "Conference to Germany": ("493023125", 12, "DE"),
    "Conference to India": ("911155550", 12, "IN"),
}

# Call type -> the tenant's own numbers: the label, the number, what the report calls it.
SUBSCRIBER: Final = "+4930231259"
INBOUND: Final = {
    "user_in": [("Inbound", SUBSCRIBER, "Subscriber")],
    "fmc_in": [("Inbound", "+49171392009", "Subscriber")],
    "unassigned_in": [("Inbound", SUBSCRIBER, "")],
    "ucap_in": [
        ("Inbound", "+493023125800", "Service"),
        ("Germany toll-free inbound", "+498005550100", "TollFree"),
        ("United States toll-free inbound", "+18885550100", "Toll-Free"),
    ],
    "conf_in": [
        ("Conference dial-in", "+493023125801", "Service"),
        ("Germany toll-free dial-in", "+498005550101", "TollFree"),
        ("United States toll-free dial-in", "+18885550101", "TollFree"),
    ],
}

# Every call type of the report, and how many rows it has.
CALL_TYPES: Final = {
    "user_out": 720,
    "user_in": 460,
    "conf_in": 320,
    "conf_out": 180,
    "ucap_in": 200,
    "ucap_out": 80,
    "ucap_out_conf": 40,
    "user_out_conf": 90,
    "user_out_transfer": 80,
    "user_out_forwarding": 80,
    "fmc_in": 60,
    "fmc_out": 60,
    "unassigned_in": 40,
    "emergency_in": 20,
    "emergency_out": 30,
}

# Emergency numbers as they were dialled: two from every handset, one to a test line, one with a country.
EMERGENCY: Final = ("112", "911", "933", "+49110")
EMERGENCY_AS_ORDINARY: Final = ("112", "911", "+112")

NAMES: Final = (
    "Adele Vance",
    "Grady Archie",
    'Lidia "Lee" Holloway',
    "Müller, Jörg",
    "İpek Çağlar",
    "Reception\nBuilding 2",
    "岡田 玲子",
)
