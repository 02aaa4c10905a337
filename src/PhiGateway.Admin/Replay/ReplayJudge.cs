using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>
/// Decides a recorded request over two registries and says whether the answers differ. Takes records of the trail; asked by replays of a past
/// window and by shadows of live traffic.
/// </summary>
/// <remarks>
/// What a permit let out is looked at too: each type and each patient of the record must still be permitted. Labels, masks and elements are
/// not, for a record does not keep what was in the resources.
/// </remarks>
internal sealed class ReplayJudge(TwoRegistries registries, AdminOptions options)
{
    /// <summary>The word for a request that is permitted.</summary>
    public const string Permitted = "permit";

    private const int MostPatients = 50;

    /// <summary>Decides one record again.</summary>
    /// <param name="record">The record.</param>
    /// <param name="now">The moment that counts where the record's own no longer leads to what it says.</param>
    public Judged Judge(AuditRecord record, DateTimeOffset now)
    {
        if (RecordedAccess.Read(record, options, out var why) is not { } access)
        {
            return Judged.Not(why);
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
                return Judged.Not("not-reproduced: " + closed.Reason.Code);
            }
        }

        var becomes = Decide(access, registries.After);
        List<ResourceType> missing = [];
        if (was.Deny is null && becomes.Deny is null)
        {
            becomes = Released(record, access, missing);
        }

        if (was.Deny is null && becomes.Deny is not null)
        {
            missing.AddRange(access.Parts.Select(static part => part.Type));
        }

        return new Judged(null, was.Word, becomes.Word, becomes.Rule ?? was.Rule, missing);
    }

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
    private Answered Released(AuditRecord record, AccessRequest access, List<ResourceType> missing)
    {
        foreach (var type in TypesOf(record))
        {
            IEnumerable<PatientId?> patients = PatientsOf(record).Cast<PatientId?>().DefaultIfEmpty();
            foreach (var patient in patients)
            {
                if (Reach(access, type, patient, registries.Before) is null && Reach(access, type, patient, registries.After) is { } lost)
                {
                    missing.Add(type);
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

    private sealed record Answered(Deny? Deny, string? Rule)
    {
        public string Word => Deny?.Reason.Code ?? Permitted;
    }
}

/// <summary>One recorded decision, made again over two registries; given by <see cref="ReplayJudge"/>.</summary>
/// <param name="NotJudged">Why it could not be made again, in a word; null: it was.</param>
/// <param name="Was">permit, or the reason of the refusal over the registry as it is.</param>
/// <param name="Becomes">The same over the candidate.</param>
/// <param name="Rule">The rule that decides then; null: none.</param>
/// <param name="Missing">Types of which something would be denied that is permitted.</param>
internal sealed record Judged(string? NotJudged, string Was, string Becomes, string? Rule, IReadOnlyList<ResourceType> Missing)
{
    /// <summary>Whether it is permitted over one of the registries and denied over the other.</summary>
    public bool Differs => IsPermit(Was) != IsPermit(Becomes);

    /// <summary>One that could not be made again.</summary>
    public static Judged Not(string why) => new(why, string.Empty, string.Empty, null, []);

    private static bool IsPermit(string word) => word == ReplayJudge.Permitted;
}
