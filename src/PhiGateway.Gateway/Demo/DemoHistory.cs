using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Gateway.Demo;

/// <summary>
/// Two weeks of made-up traffic for the demonstration's trail, the same at every start: working days and nights, a client that pries, and
/// emergency uses. It goes through the journal like any other record, and each says that it is made up.
/// </summary>
internal static class DemoHistory
{
    private const int Days = 14;
    private const int AttackHours = 5;
    private const int Batch = 500;

    private static readonly Caller[] Callers =
    [
        new(
            "ward-app",
            "ward-charting",
            "north-hospital",
            "mary.smith@hospital.example",
            9,
            true,
            ["Patient", "Observation", "Condition", "Encounter"],
            "TREAT"
        ),
        new(
            "ward-tablet",
            "ward-charting",
            "north-hospital",
            "mary.smith@hospital.example",
            6,
            true,
            ["Patient", "Observation", "AllergyIntolerance"],
            "TREAT"
        ),
        new(
            "emergency-board",
            "emergency-care",
            "north-hospital",
            "mary.smith@hospital.example",
            3,
            false,
            ["Patient", "Observation", "Condition"],
            "TREAT"
        ),
        new("bed-planner", "ward-charting", "north-hospital", "jo.park@hospital.example", 1, true, ["Encounter", "Patient"], "TREAT"),
        new(
            "acme-results-connector",
            "lab-results-to-chart",
            "acme-lab",
            "mary.smith@hospital.example",
            7,
            false,
            ["Observation", "DiagnosticReport"],
            "TREAT"
        ),
        new("acme-order-poller", "lab-results-to-chart", "acme-lab", "mary.smith@hospital.example", 2, false, ["Observation"], "TREAT"),
        new("clearbill-claims", "claims-clearing", "clearbill", "jo.park@hospital.example", 4, true, ["Claim", "Coverage"], "HPAYMT"),
        new("clearbill-eligibility", "claims-clearing", "clearbill", "jo.park@hospital.example", 2, true, ["Coverage"], "HPAYMT"),
        new(
            "westside-viewer",
            "imaging-reports",
            "westside-imaging",
            "mary.smith@hospital.example",
            2,
            true,
            ["DiagnosticReport"],
            "TREAT"
        ),
        new(
            "westside-uploader",
            "imaging-reports",
            "westside-imaging",
            "mary.smith@hospital.example",
            1,
            true,
            ["DiagnosticReport"],
            "TREAT"
        ),
        new(
            "cohort-44-loader",
            "cohort-study-44",
            "state-university",
            "research.office@hospital.example",
            1,
            true,
            ["Condition", "Observation"],
            "HRESCH"
        ),
    ];

    // What is refused on a quiet day: people and programs err.
    private static readonly (string Reason, int Status)[] Usual =
    [
        ("outside-use-case", 403),
        ("outside-roster", 403),
        ("unknown-parameter", 400),
        ("expired-token", 401),
        ("purpose-not-permitted", 403),
        ("too-confidential", 403),
    ];

    /// <summary>Writes it all; durable when it returns.</summary>
    public static async Task WriteAsync(IAuditJournal journal, DateTimeOffset now, long revision)
    {
#pragma warning disable CA5394 // Made-up traffic, the same each time.
        var random = new Random(44);
        var pending = new List<Task>(Batch);
        foreach (var record in Records(random, now))
        {
            record.Revision = revision;
            pending.Add(journal.AppendAsync(record).AsTask());
            if (pending.Count == Batch)
            {
                await Task.WhenAll(pending);
                pending.Clear();
            }
        }

        await Task.WhenAll(pending);
    }

    private static IEnumerable<AuditRecord> Records(Random random, DateTimeOffset now)
    {
        for (var hour = now.AddDays(-Days); hour < now.AddHours(-1); hour = hour.AddHours(1))
        {
            foreach (var caller in Callers)
            {
                var calls = (int)Math.Round(2 * caller.Rate * Load(hour, caller.IsOffice) * (0.7 + (random.NextDouble() * 0.6)));
                for (var i = 0; i < calls; i++)
                {
                    var at = hour.AddSeconds(random.Next(3600));
                    yield return random.Next(40) == 0
                        ? Refusal(random, caller, at, Usual[random.Next(Usual.Length)])
                        : Read(random, caller, at);
                }
            }
        }

        foreach (var record in Attack(random, now).Concat(Strangers(random, now)).Concat(Emergencies(random, now)))
        {
            yield return record;
        }
    }

    // Busy from seven to nineteen, quiet at night, a little less on weekends.
    private static double Load(DateTimeOffset at, bool isOffice)
    {
        var day = at.Hour is >= 7 and < 19 ? 0.6 + (0.4 * Math.Sin((at.Hour - 7) / 12.0 * Math.PI)) : 0.18;
        var isWeekend = at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var share = isOffice ? 0.7 : 0.9;
        return isWeekend ? day * share : day;
    }

    private static IEnumerable<AuditRecord> Attack(Random random, DateTimeOffset now)
    {
        var loader = Callers[^1];
        for (var minute = 0; minute < AttackHours * 60; minute++)
        {
            // More each hour.
            var calls = random.Next(1 + (minute / 60)) + (minute % 3 == 0 ? 1 : 0);
            for (var i = 0; i < calls; i++)
            {
                var at = now.AddHours(-AttackHours).AddMinutes(minute).AddSeconds(random.Next(50));
                var reason = random.Next(8) == 0 ? ("outside-use-case", 403) : ("outside-roster", 403);
                var record = Refusal(random, loader, at, reason);
                record.Peer = "203.0.113.77";
                yield return record;
            }
        }
    }

    private static IEnumerable<AuditRecord> Strangers(Random random, DateTimeOffset now)
    {
        for (var i = 0; i < 41; i++)
        {
            var at = now.AddHours(-21).AddSeconds(random.Next(3600));
            yield return new AuditRecord
            {
                Id = Guid.CreateVersion7(at),
                Kind = AuditKind.Decision,
                Event = "search-type",
                Time = at,
                Decision = "deny",
                Reason = "unknown-client",
                Tenant = DemoRegistry.Tenant,
                Environment = DemoRegistry.Environment,
                IssuerClientId = "old-results-feed",
                Peer = "198.51.100.23",
                Method = "GET",
                Template = "GET /Observation",
                RawTarget = "/fhir/Observation",
                Interaction = "search-type",
                ResourceType = "Observation",
                Status = 403,
                Note = Made,
            };
        }
    }

    private static IEnumerable<AuditRecord> Emergencies(Random random, DateTimeOffset now)
    {
        foreach (var hours in (int[])[20, 8])
        {
            var access = Read(random, Callers[2], now.AddHours(-hours));
            access.Purpose = "ETREAT";
            access.Note = "Unresponsive on arrival, allergies unknown";
            yield return access;
            var use = new AuditRecord
            {
                Id = Guid.CreateVersion7(access.Time),
                ParentId = access.Id,
                Kind = AuditKind.Override,
                Event = EmergencyUse.Event,
                Actor = EmergencyUse.Actor,
                Time = access.Time,
                Decision = "permit",
                Client = access.Client,
                Tenant = access.Tenant,
                Owner = access.Owner,
                Purpose = access.Purpose,
                TokenHash = access.TokenHash,
                Note = access.Note,
            };
            yield return use;
        }
    }

    private static AuditRecord Read(Random random, Caller caller, DateTimeOffset at)
    {
        var record = Ask(random, caller, at);
        record.Kind = AuditKind.Disclosure;
        record.Decision = "permit";
        record.Patients = [PatientOf(random)];
        record.PatientState = "known";
        record.CoveredBy = [GroundOf(caller.UseCase).CoveredBy];
        record.ResourceCount = record.Event == "read" ? 1 : random.Next(1, 14);
        record.WithheldCount = random.Next(12) == 0 ? random.Next(1, 4) : 0;
        record.Upstream = "a";
        record.UpstreamStatus = 200;
        record.Status = 200;
        record.Bytes = 900L * record.ResourceCount;
        record.Rule = $"use-case/{caller.UseCase}#grants/0";
        return record;
    }

    private static AuditRecord Refusal(Random random, Caller caller, DateTimeOffset at, (string Code, int Status) reason)
    {
        var record = Ask(random, caller, at);
        record.Kind = AuditKind.Decision;
        record.Decision = "deny";
        record.Reason = reason.Code;
        record.Status = reason.Status;
        record.Patients = reason.Code == "outside-roster" ? [StrangerOf(random)] : [];
        record.Rule = $"use-case/{caller.UseCase}";
        return record;
    }

    private static AuditRecord Ask(Random random, Caller caller, DateTimeOffset at)
    {
        var type = caller.Types[random.Next(caller.Types.Length)];
        var isRead = random.Next(3) == 0;
        return new AuditRecord
        {
            Id = Guid.CreateVersion7(at),
            Event = isRead ? "read" : "search-type",
            Time = at,
            Tenant = DemoRegistry.Tenant,
            Environment = DemoRegistry.Environment,
            Client = caller.Client,
            UseCase = caller.UseCase,
            Organization = caller.Organization,
            Agreement = GroundOf(caller.UseCase).Agreement,
            Approval = $"{caller.Client}-1",
            Approvers = ["li.wei@hospital.example"],
            Owner = caller.Owner,
            Issuer = DemoIssuer.Name,
            IssuerClientId = caller.Client,
            Subject = caller.Client,
            TokenHash = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{caller.Client} {at:yyyy-MM-dd}"))
            ),
            Binding = "none",
            Purpose = caller.Purpose,
            PurposeFrom = "token",
            Scope = "system/*.cruds",
            Peer = $"10.20.{caller.Rate}.{1 + random.Next(4)}",
            Method = "GET",
            Template = isRead ? $"GET /{type}/{{id}}" : $"GET /{type}",
            RawTarget = isRead ? $"/fhir/{type}/x" : $"/fhir/{type}",
            Interaction = isRead ? "read" : "search-type",
            ResourceType = type,
            Note = Made,
        };
    }

    // As the demonstration's registry has it.
    private static (string? Agreement, string CoveredBy) GroundOf(string useCase) =>
        useCase switch
        {
            "lab-results-to-chart" => ("baa-acme", "roster/acme-orders"),
            "claims-clearing" => ("baa-clearbill", "roster/clearbill-accounts"),
            "imaging-reports" => ("treatment-westside", "roster/acme-orders"),
            "cohort-study-44" => ("dua-cohort", "roster/cohort-44"),
            _ => (null, "any"),
        };

    private static string StrangerOf(Random random) => FormattableString.Invariant($"p-{100 + random.Next(400)}");

    private static string PatientOf(Random random) => random.Next(9) == 0 ? "f001" : StrangerOf(random);
#pragma warning restore CA5394

    private const string Made = "made up for the demonstration";

    private sealed record Caller(
        string Client,
        string UseCase,
        string Organization,
        string Owner,
        int Rate,
        bool IsOffice,
        string[] Types,
        string Purpose
    );
}
