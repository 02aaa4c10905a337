using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Benchmarks.Audit;

/// <summary>
/// Records as a hospital group has them, made from their number alone: two hundred clients of which few do most, eight tenants, refusals,
/// writes, administration and searches of the trail in their proportions. Spread evenly over 120 days, so that they fill five months.
/// </summary>
internal sealed class TrailSample(long records, DateTimeOffset start)
{
    public const string Log = "gw-01/20260501T000000";
    public const int Clients = 200;
    public const int Tenants = 8;

    public static readonly string[] Types =
    [
        "Observation",
        "Patient",
        "Condition",
        "Encounter",
        "MedicationRequest",
        "DiagnosticReport",
        "DocumentReference",
        "AllergyIntolerance",
        "Immunization",
        "Procedure",
        "CarePlan",
        "Goal",
        "Coverage",
        "Claim",
        "Appointment",
        "ServiceRequest",
        "Specimen",
        "Device",
        "Consent",
        "Provenance",
    ];

    public static readonly string[] Reasons =
    [
        "outside-use-case",
        "outside-roster",
        "insufficient-scope",
        "expired-token",
        "unknown-client",
        "rate-limited",
        "suspended",
        "revoked",
    ];

    private static readonly TimeSpan Span = TimeSpan.FromDays(120);
    private static readonly string[] Interactions = ["search-type", "read", "search-type", "vread", "create", "update"];
    private static readonly string Padding = new('x', 420);

    public IEnumerable<AuditEntry[]> Batches(int size, long from = 0)
    {
        for (var first = from; first < records; first += size)
        {
            yield return [.. Enumerable.Range(0, (int)Math.Min(size, records - first)).Select(i => Make(first + i))];
        }
    }

    public AuditEntry Make(long number)
    {
        var random = new Random((int)(number * 2_654_435_761 % int.MaxValue));

        // Of the clients the first ten make half of all.
        var client = (int)(Math.Pow(random.NextDouble(), 3) * Clients);
        var type = Types[(int)(Math.Pow(random.NextDouble(), 2) * Types.Length)];
        var entry = new AuditEntry
        {
            Log = Log,
            Sequence = number,
            Id = new Guid((int)number, 7, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = start + (Span * ((double)number / records)),
            Decision = "permit",
            Client = $"client-{client:000}",
            Tenant = $"tenant-{(client + random.Next(2)) % Tenants}",
            Status = 200,
            ResourceType = type,
            Interaction = Interactions[random.Next(4)],
            UseCase = $"use-case-{client:000}",
            Organization = $"organization-{client % 40:00}",
            Purpose = random.Next(10) == 0 ? "TREAT HPAYMT" : "TREAT",
            PatientKeys = [KeyOf(random.Next(100) == 0 ? 0 : 1 + random.Next(200_000))],
            ChainHash = SHA256.HashData(BitConverter.GetBytes(number)),
            Body = Body(number, client),
        };
        return random.Next(10_000) switch
        {
            < 500 => entry with
            {
                Kind = AuditKind.Decision,
                Decision = "deny",
                Reason = Reasons[(int)(Math.Pow(random.NextDouble(), 3) * Reasons.Length)],
                Status = 403,
            },
            < 520 => entry with { Kind = AuditKind.Decision, Decision = "error", Reason = "upstream-failed", Status = 502 },
            < 720 => entry with { Kind = AuditKind.Intent, Interaction = Interactions[4 + random.Next(2)] },
            < 920 => entry with { Kind = AuditKind.Outcome, Interaction = Interactions[4 + random.Next(2)] },
            < 1000 => OfPerson(entry, AuditKind.Admin, random),
            < 1030 => OfPerson(entry, AuditKind.AuditUse, random),
            < 1031 => entry with { Kind = AuditKind.Override },
            _ => entry,
        };
    }

    // The first patient is in one record of a hundred, the others in a few each.
    public static string KeyOf(int patient) => Convert.ToBase64String(SHA256.HashData(BitConverter.GetBytes(patient)))[..26];

    private static AuditEntry OfPerson(AuditEntry entry, AuditKind kind, Random random) =>
        entry with
        {
            Kind = kind,
            Decision = string.Empty,
            Client = null,
            Tenant = null,
            ResourceType = null,
            Interaction = null,
            UseCase = null,
            Organization = null,
            Purpose = null,
            PatientKeys = [],
            Actor = $"person-{(int)(Math.Pow(random.NextDouble(), 2) * 50):00}@hospital.example",
        };

    private static byte[] Body(long number, int client) =>
        Encoding.UTF8.GetBytes(
            $$"""{"v":1,"id":"{{number:x32}}","kind":"disclosure","client":"client-{{client:000}}","useCase":"use-case-{{client:000}}","rawTarget":"{{Padding}}"}"""
        );
}
