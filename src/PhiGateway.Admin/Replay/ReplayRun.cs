using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>Decides recorded requests over two registries and notes whose answers differ; one per replay.</summary>
/// <remarks>
/// What a permit let out is looked at too: each type and each patient of the record must still be permitted. Labels, masks and elements are
/// not, for a record does not keep what was in the resources.
/// </remarks>
internal sealed class ReplayRun(TwoRegistries registries, AdminOptions options, DateTimeOffset now)
{
    private const int MostExamples = 10;
    private const int MostPatients = 50;
    private const string Permitted = "permit";

    private readonly SortedDictionary<string, Changes> _clients = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _not = new(StringComparer.Ordinal);
    private int _records;
    private int _replayed;

    /// <summary>Parts of requests that would be denied: what a narrower grant must give back.</summary>
    public List<ResourceType> Missing { get; } = [];

    /// <summary>Decides one record again.</summary>
    public void Take(AuditRecord record)
    {
        _records++;
        if (RecordedAccess.Read(record, options, out var why) is not { } access)
        {
            Count(why);
            return;
        }

        var was = Decide(access, registries.Before);
        if (was.Deny is not null && record.Decision == Permitted)
        {
            // A door that opened since, such as an approval that was given anew: over the registry of today, as of today.
            access = access with
            {
                Now = now,
            };
            was = Decide(access, registries.Before);
            if (was.Deny is { } closed)
            {
                Count("not-reproduced: " + closed.Reason.Code);
                return;
            }
        }

        _replayed++;
        var becomes = Decide(access, registries.After);
        if (was.Deny is null && becomes.Deny is null)
        {
            becomes = Released(record, access);
        }

        if (was.Deny is null != becomes.Deny is null)
        {
            Note(record, access, was, becomes);
        }
    }

    /// <summary>What came out.</summary>
    public ReplayReport Report(DateTimeOffset from, DateTimeOffset to, bool isComplete) =>
        new(
            from,
            to,
            _records,
            _replayed,
            isComplete,
            _clients.Values.Sum(static client => client.Denied),
            _clients.Values.Sum(static client => client.Permitted),
            [.. _clients.Select(static pair => new ReplayedClient(pair.Key, pair.Value.Denied, pair.Value.Permitted, pair.Value.Examples))],
            _not
        );

    private static Answered Decide(AccessRequest access, RegistrySnapshot snapshot)
    {
        // Of a write without its body only the questions before its content can be asked: whether any grant names it.
        if (access.Parts is [{ Body: null } part] && RecordedAccess.IsBodyWrite(part.Interaction))
        {
            return OfWrite(access, part, snapshot);
        }

        return PolicyDecisionPoint.Decide(access, snapshot) switch
        {
            Permit permit => new Answered(null, permit.Rule),
            Deny deny => new Answered(deny, deny.Rule),
            _ => throw new InvalidOperationException("A decision is a permit or a deny."),
        };
    }

    private static Answered OfWrite(AccessRequest access, AccessPart part, RegistrySnapshot snapshot)
    {
        if (PolicyDecisionPoint.FindClosedDoor(access, snapshot) is { } closed)
        {
            return new Answered(closed, closed.Rule);
        }

        var useCase = snapshot.FindClient(access.Caller.Issuer, access.Caller.ClientId)?.UseCase;
        var isNamed = useCase?.Grants.Any(grant => GrantInteractions.Covers(grant, part.Type, part.Interaction)) == true;
        return isNamed ? new Answered(null, useCase!.Id) : new Answered(new Deny(DenyReason.OutsideUseCase), useCase?.Id);
    }

    // What was let out is asked for one by one: what could be searched or read, and can be neither any more, is lost.
    private Answered Released(AuditRecord record, AccessRequest access)
    {
        foreach (var type in TypesOf(record))
        {
            IEnumerable<PatientId?> patients = PatientsOf(record).Cast<PatientId?>().DefaultIfEmpty();
            foreach (var patient in patients)
            {
                if (Reach(access, type, patient, registries.Before) is null && Reach(access, type, patient, registries.After) is { } lost)
                {
                    Missing.Add(type);
                    return lost;
                }
            }
        }

        return new Answered(null, null);
    }

    // Null: a search or a read is permitted.
    private static Answered? Reach(AccessRequest access, ResourceType type, PatientId? patient, RegistrySnapshot snapshot)
    {
        Answered? denied = null;
        foreach (var interaction in (Interaction[])[Interaction.SearchType, Interaction.Read])
        {
            var part = new AccessPart { Interaction = interaction, Type = type };
            var answered = Decide(access with { Parts = [patient is { } known ? part with { Patients = [known] } : part] }, snapshot);
            if (answered.Deny is null)
            {
                return null;
            }

            denied ??= answered;
        }

        return denied;
    }

    private static IEnumerable<ResourceType> TypesOf(AuditRecord record)
    {
        foreach (var name in UsedGrants.TypesReleased(record))
        {
            if (ResourceType.TryParse(name, out var type))
            {
                yield return type;
            }
        }
    }

    private static IEnumerable<PatientId> PatientsOf(AuditRecord record)
    {
        foreach (var id in record.Patients.Take(MostPatients))
        {
            if (PatientId.TryParse(id, out var patient))
            {
                yield return patient;
            }
        }
    }

    private void Note(AuditRecord record, AccessRequest access, Answered was, Answered becomes)
    {
        if (becomes.Deny is not null)
        {
            Missing.AddRange(access.Parts.Select(static part => part.Type));
        }

        var client = record.Client ?? string.Empty;
        if (!_clients.TryGetValue(client, out var changes))
        {
            _clients[client] = changes = new Changes();
        }

        changes.Denied += becomes.Deny is null ? 0 : 1;
        changes.Permitted += becomes.Deny is null ? 1 : 0;
        if (changes.Examples.Count < MostExamples)
        {
            changes.Examples.Add(
                new ChangedAnswer(record.Id, record.Time, record.Template, was.Word, becomes.Word, becomes.Rule ?? was.Rule)
            );
        }
    }

    private void Count(string why) => _not[why] = _not.GetValueOrDefault(why) + 1;

    private sealed record Answered(Deny? Deny, string? Rule)
    {
        public string Word => Deny?.Reason.Code ?? Permitted;
    }

    private sealed class Changes
    {
        public int Denied { get; set; }

        public int Permitted { get; set; }

        public List<ChangedAnswer> Examples { get; } = [];
    }
}
