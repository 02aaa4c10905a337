using System.Globalization;
using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>
/// Records at random that refer to each other, of patients 17 and 18 and of nobody; some of them, which a client who may see patient 17's
/// ordinary records is not shown, can be changed in whatever does not decide about that.
/// </summary>
internal sealed class MadeUpRecords
{
    // Type, where its patient stands, and where what else it refers to does.
    private static readonly (string Type, string? Patient, (string Path, string Types, string? Search)[] Others)[] Kinds =
    [
        (
            "Patient",
            null,
            [("generalPractitioner[]", "Practitioner", "general-practitioner"), ("managingOrganization", "Organization", "organization")]
        ),
        (
            "Observation",
            "subject",
            [
                ("encounter", "Encounter", "encounter"),
                ("performer[]", "Practitioner,Organization", "performer"),
                ("hasMember[]", "Observation", "has-member"),
                ("derivedFrom[]", "DocumentReference,Observation", "derived-from"),
                ("specimen", "Specimen", "specimen"),
                ("device", "Device", "device"),
            ]
        ),
        (
            "Encounter",
            "subject",
            [
                ("location[].location", "Location", "location"),
                ("participant[].individual", "Practitioner", "participant"),
                ("serviceProvider", "Organization", "service-provider"),
                ("diagnosis[].condition", "Condition", "diagnosis"),
            ]
        ),
        ("Condition", "subject", [("asserter", "Practitioner", "asserter"), ("evidence[].detail[]", "Observation", "evidence-detail")]),
        (
            "MedicationRequest",
            "subject",
            [
                ("medicationReference", "Medication", "medication"),
                ("requester", "Practitioner", "requester"),
                ("reasonReference[]", "Condition,Observation", null),
            ]
        ),
        ("DiagnosticReport", "subject", [("result[]", "Observation", "result"), ("specimen[]", "Specimen", "specimen")]),
        (
            "DocumentReference",
            "subject",
            [("author[]", "Practitioner", "author"), ("relatesTo[].target", "DocumentReference", "relatesto")]
        ),
        ("Specimen", "subject", [("parent[]", "Specimen", "parent")]),
        ("List", "subject", [("entry[].item", "Condition,Observation,MedicationRequest", "item"), ("source", "Practitioner", "source")]),
        ("CarePlan", "subject", [("addresses[]", "Condition", "condition"), ("careTeam[]", "CareTeam", "care-team")]),
        ("CareTeam", "subject", [("participant[].member", "Practitioner,Organization", "participant")]),
        ("Coverage", "beneficiary", [("payor[]", "Organization", "payor")]),
        ("Flag", "subject", [("author", "Practitioner", "author")]),
        (
            "Provenance",
            null,
            [("target[]", "Observation,Condition,MedicationRequest,DocumentReference", "target"), ("agent[].who", "Practitioner", "agent")]
        ),
        ("AuditEvent", null, [("agent[].who", "Practitioner", "agent")]),
        ("Device", "patient", [("owner", "Organization", "organization"), ("location", "Location", "location")]),
        ("Medication", null, [("manufacturer", "Organization", "manufacturer")]),
        ("Practitioner", null, []),
        ("Organization", null, [("partOf", "Organization", "partof")]),
        ("Location", null, [("managingOrganization", "Organization", "organization"), ("partOf", "Location", "partof")]),
    ];

    // What an AuditEvent speaks of beside its patient.
    private static readonly string[] SpokenOf = ["Observation", "Condition", "MedicationRequest", "DocumentReference"];

    private readonly Random _random;
    private readonly HashSet<JsonObject> _hidden = [];
    private readonly bool _isStaff;

    /// <param name="seed">The same seed makes the same records.</param>
    /// <param name="isStaff">Who asks may see every patient, so that only what bears a label is withheld.</param>
    internal MadeUpRecords(int seed, bool isStaff)
    {
        _random = new Random(seed);
        _isStaff = isStaff;
        var records = new List<JsonObject> { Make("Patient", "17"), Make("Patient", "18") };
        for (var number = 0; number < 34; number++)
        {
            var kind = Kinds[_random.Next(Kinds.Length)].Type;
            records.Add(Make(kind == "Patient" ? "Observation" : kind, Id(number % 4)));
        }

        Records = [.. records.DistinctBy(SmallHospital.AddressOf)];
        foreach (var record in Records)
        {
            Hide(record);
        }
    }

    internal static IReadOnlyList<string> Types { get; } = [.. Kinds.Select(static kind => kind.Type)];

    internal IReadOnlyList<JsonObject> Records { get; }

    internal static IEnumerable<string> IncludesOf(string type) =>
        Kinds.Single(kind => kind.Type == type).Others.Where(static one => one.Search is not null).Select(one => $"{type}:{one.Search}");

    /// <summary>The same, but that what is withheld says something else, or what is not.</summary>
    internal IReadOnlyList<JsonObject> Changed(bool isHidden = true) =>
        [.. Records.Select(record => _hidden.Contains(record) == isHidden ? Change(record) : record)];

    private void Hide(JsonObject record)
    {
        var kind = Kinds.Single(one => one.Type == (string?)record["resourceType"]);
        var owner = kind.Patient is { } place ? record[place] : record["entity"]?[0]!["what"];
        var isForeign = (string?)owner?["reference"] == "Patient/18";
        if (!_isStaff && (isForeign || SmallHospital.AddressOf(record) == "Patient/18" || kind.Type == "Flag"))
        {
            _hidden.Add(record);
        }

        if (SmallHospital.AddressOf(record) != "Patient/17" && _random.Next(5) == 0)
        {
            record["meta"]!["security"] = new JsonArray(
                new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code"] = "R" }
            );
            _hidden.Add(record);
        }
    }

    private JsonObject Make(string type, string id)
    {
        var kind = Kinds.Single(one => one.Type == type);
        var record = new JsonObject
        {
            ["resourceType"] = type,
            ["id"] = id,
            ["meta"] = new JsonObject { ["versionId"] = "1", ["lastUpdated"] = "2026-05-01T00:00:00Z" },
        };
        if (kind.Patient is { } place)
        {
            record[place] = Reference(Somebody());
        }

        if (type == "AuditEvent")
        {
            var spokenOf = $"{SpokenOf[_random.Next(SpokenOf.Length)]}/{Id(_random.Next(4))}";
            record["entity"] = new JsonArray(
                new JsonObject { ["what"] = Reference(Somebody()) },
                new JsonObject { ["what"] = Reference(spokenOf) }
            );
        }

        Refer(record, kind.Others);
        return record;
    }

    private string Somebody() => _random.Next(3) == 0 ? "Patient/18" : "Patient/17";

    private static JsonObject Reference(string to) => new() { ["reference"] = to };

    private void Refer(JsonObject record, (string Path, string Types, string? Search)[] others)
    {
        foreach (var (path, types, _) in others)
        {
            record.Remove(path.Split('[', '.')[0]);
            if (_random.Next(4) != 0)
            {
                var among = types.Split(',');
                Put(record, path, $"{among[_random.Next(among.Length)]}/{Id(_random.Next(4))}");
            }
        }
    }

    // Whatever it says, and what it refers to beside its patient.
    private JsonObject Change(JsonObject record)
    {
        var kind = Kinds.Single(one => one.Type == (string?)record["resourceType"]);
        var changed = record.DeepClone().AsObject();
        changed["meta"]!["versionId"] = _random.Next(2, 90).ToString(CultureInfo.InvariantCulture);
        changed["meta"]!["lastUpdated"] = "2026-06-0" + _random.Next(1, 9).ToString(CultureInfo.InvariantCulture) + "T00:00:00Z";
        if (kind.Type != "Provenance")
        {
            Refer(changed, kind.Others);
        }

        changed["language"] = "en";
        changed["text"] = new JsonObject { ["status"] = "generated", ["div"] = new string('x', _random.Next(400)) };
        changed["extension"] = new JsonArray(
            new JsonObject
            {
                ["url"] = "urn:x",
                ["valueReference"] = new JsonObject { ["reference"] = "Practitioner/" + Id(_random.Next(4)) },
            }
        );
        if (_random.Next(2) == 0)
        {
            changed["contained"] = new JsonArray(new JsonObject { ["resourceType"] = "Practitioner", ["id"] = "c" });
        }

        return changed;
    }

    private static void Put(JsonObject into, string path, string reference)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var (step, rest) = dot < 0 ? (path, null) : (path[..dot], path[(dot + 1)..]);
        var value = new JsonObject();
        if (rest is null)
        {
            value["reference"] = reference;
        }
        else
        {
            Put(value, rest, reference);
        }

        into[step.TrimEnd('[', ']')] = step.EndsWith(']') ? new JsonArray(value) : value;
    }

    private static string Id(int number) => ((char)('a' + number)).ToString();
}
