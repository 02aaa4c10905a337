using System.Globalization;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Watch.Feed;

/// <summary>Makes a <see cref="WatchEvent"/> of a stored record; null for records that say nothing about how somebody behaves.</summary>
internal static class WatchEventReader
{
    /// <summary>The reason of a refused assertion that had been used.</summary>
    public const string ReplayedAssertion = "assertion:replayed";

    private const int MostDigits = 18;
    private const string ImportEvent = "roster.import";
    private const string MemberEvent = "roster.member.put";
    private const string Accepted = "accepted ";
    private const string Unknown = "unknown";
    private const string SearchByType = "search-type";
    private const string Patient = "Patient";

    // Before the thumbprint of the key by which a client proved itself.
    private const string Key = "key/";

    // Of purposes, which repeat from record to record.
    [ThreadStatic]
    private static WorkedOut<bool>? _emergencies;

    /// <summary>Reads one entry.</summary>
    public static WatchEvent? Read(AuditEntry entry)
    {
        var isTold = entry.Kind switch
        {
            AuditKind.Disclosure or AuditKind.Decision or AuditKind.Intent => entry.Client is not null,
            AuditKind.Outcome => entry is { Client: not null, Decision: "deny" or Unknown },
            AuditKind.Auth => entry is { Client: not null, Event: TokenIssue.Issued or TokenIssue.Exchanged },
            AuditKind.Admin => entry.Event is ImportEvent or MemberEvent && entry.Actor is not null,
            _ => false,
        };
        if (!isTold)
        {
            return null;
        }

        // The verifier tells of what is no record.
        if (entry.ReadShort() is not { } record)
        {
            return null;
        }

        return entry.Kind switch
        {
            AuditKind.Admin => OfRoster(entry, record),
            AuditKind.Auth => OfToken(entry, record),
            AuditKind.Outcome when entry.Decision == Unknown => OfUnknown(record),
            _ => OfRequest(entry, record),
        };
    }

    private static WatchEvent? OfRequest(AuditEntry entry, AuditRecord record)
    {
        var isRefusal = entry.Decision == "deny";
        if (!isRefusal && (entry.Kind is AuditKind.Decision or AuditKind.Outcome))
        {
            // The frame of a batch, whose entries have records of their own; or our own and the upstream's faults.
            return null;
        }

        var patients = new ulong[entry.PatientKeys.Count];
        for (var i = 0; i < patients.Length; i++)
        {
            patients[i] = StableHash.Of(entry.PatientKeys[i]);
        }

        return new WatchEvent
        {
            Id = record.Id,
            Kind = isRefusal ? WatchKind.Refusal : WatchKind.Access,
            Time = record.Time,
            Client = record.Client!,
            Operation = OperationOf(record),
            Reason = record.Reason,
            Status = record.Status,
            Patients = patients,
            AskedKey = KeyOf(patients, record),
            AskedNumber = record.Patients is [var only] ? NumberOf(only) : -1,
            Records = isRefusal ? 0 : Math.Max(0, record.ResourceCount),
            Parts = isRefusal ? [] : UsedParts.Of(record),
            Network = NetworkName.Of(record.Peer),
            Peer = record.Peer ?? string.Empty,
            Subject = record.Subject ?? string.Empty,
            TokenHash = record.TokenHash ?? string.Empty,
            Program = ProgramName.HashOf(record.UserAgent),
            IsByHand = ProgramName.IsByHand(record.UserAgent),
            TokenIssuedAt = record.TokenIssuedAt,
            Ranges = SearchRange.Of(record.Interaction, record.RawTarget, record.Form),
            IsForPatients = !isRefusal && record is { Interaction: SearchByType, ResourceType: Patient },
            Shape = isRefusal ? string.Empty : SearchShape.Of(record),
            Form = isRefusal ? string.Empty : SearchShape.OfForm(record),
            Chain = isRefusal ? string.Empty : ActorChain.Of(record.Actors),
            Purpose = record.Purpose ?? string.Empty,
            Tenant = record.Tenant ?? string.Empty,
            Environment = record.Environment ?? string.Empty,
            IsEmergency = record.Purpose is { } purposes && (_emergencies ??= new WorkedOut<bool>(IsEmergency)).Of(purposes),
        };
    }

    // Of several patients the same for the same ones in whatever order. Security: whoever asks for two patients at a time by POST would have
    // asked for one thing where no body is on record.
    private static ulong KeyOf(ulong[] patients, AuditRecord record)
    {
        if (patients.Length == 0)
        {
            // By POST the target of all searches is one: what differs stands in the body.
            var target = StableHash.Of(record.RawTarget);
            return record.Form is null ? target : unchecked(target + StableHash.Of(record.Form));
        }

        var key = 0ul;
        foreach (var patient in patients)
        {
            key = unchecked(key + patient);
        }

        return key;
    }

    // What the start of a node closed says the event alone.
    private static WatchEvent OfUnknown(AuditRecord record) =>
        new()
        {
            Id = record.Id,
            Kind = WatchKind.UnknownOutcome,
            Time = record.Time,
            Client = record.Client!,
            Operation = OperationOf(record),
        };

    // Which key got a token and from where; and of refusals only that what counts once was shown again.
    private static WatchEvent? OfToken(AuditEntry entry, AuditRecord record)
    {
        var isReplay = entry.Decision == "deny" && record.Rule == ReplayedAssertion;
        if (!isReplay && !(entry.Decision == "permit" && record.Rule?.StartsWith(Key, StringComparison.Ordinal) == true))
        {
            return null;
        }

        return new WatchEvent
        {
            Id = record.Id,
            Kind = WatchKind.Token,
            Time = record.Time,
            Client = record.Client!,
            Operation = record.Event,
            Reason = isReplay ? record.Rule : null,
            Status = record.Status,
            Network = NetworkName.Of(record.Peer),
            Peer = record.Peer ?? string.Empty,
            TokenHash = isReplay ? string.Empty : record.Rule!,
        };
    }

    private static string OperationOf(AuditRecord record)
    {
        // Operations differ by their name, which stands in the template; of the others the type says it.
        var what = record.Interaction == "operation" ? record.Template : record.ResourceType;
        return what is null ? record.Interaction ?? record.Event : $"{record.Interaction ?? record.Event} {what}";
    }

    private static bool IsEmergency(string purposes)
    {
        foreach (var code in purposes.Split(' '))
        {
            if (PurposeOfUse.TryParse(code, out var purpose) && purpose.IsBreakGlass)
            {
                return true;
            }
        }

        return false;
    }

    private static WatchEvent? OfRoster(AuditEntry entry, AuditRecord record)
    {
        var added = entry.Event == MemberEvent ? 1 : AcceptedOf(record.Note);

        // Of a single membership the intent is counted, of an import what it came to.
        if (added == 0 || (entry.Event == MemberEvent && record.Note?.StartsWith("intent", StringComparison.Ordinal) != true))
        {
            return null;
        }

        return new WatchEvent
        {
            Id = record.Id,
            Kind = WatchKind.RosterChange,
            Time = record.Time,
            Actor = record.Actor!,
            Roster = record.Target is { } target ? target[(target.IndexOf('/', StringComparison.Ordinal) + 1)..] : string.Empty,
            Added = added,
        };
    }

    // Out of the outcome of an import: "outcome: lines 10, accepted 9, removed 0, …".
    private static int AcceptedOf(string? note)
    {
        var at = note?.IndexOf(Accepted, StringComparison.Ordinal) ?? -1;
        if (at < 0)
        {
            return 0;
        }

        var rest = note.AsSpan(at + Accepted.Length);
        var end = rest.IndexOf(',');
        return int.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }

    private static long NumberOf(string id)
    {
        var from = id.Length;
        while (from > 0 && char.IsAsciiDigit(id[from - 1]) && id.Length - from < MostDigits)
        {
            from--;
        }

        return long.TryParse(id.AsSpan(from), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
