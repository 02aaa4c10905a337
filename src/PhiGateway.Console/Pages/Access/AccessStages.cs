using System.Globalization;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Pages.Access;

/// <summary>
/// Lays out the way of a request through the stages from its records: which it passed, which refused, and the moments that are on record. A
/// record has one moment, so a stage between two records has none of its own.
/// </summary>
internal static class AccessStages
{
    private const string Passed = "passed";
    private const string Closed = "closed";
    private const string NotReached = "not reached";

    // In the order in which a request meets them.
    private static readonly (DenyStage Stage, string Words)[] Way =
    [
        (DenyStage.Ingress, "Ingress: is it a request that may be read at all?"),
        (DenyStage.Identify, "Identify: who calls, and is the proof good?"),
        (DenyStage.Understand, "Understand: what is asked for, in FHIR?"),
        (DenyStage.Decide, "Decide: does the registry let this one do that?"),
        (DenyStage.Admit, "Admit: within limits, and on record before it goes on?"),
        (DenyStage.Forward, "Forward: what does the server behind say?"),
        (DenyStage.Release, "Release: what of the answer may leave?"),
    ];

    /// <summary>The stages; empty: the record is not that of a request.</summary>
    public static IReadOnlyList<AccessStage> Of(FoundRecord found)
    {
        if (found.Record.Kind is not (AuditKind.Decision or AuditKind.Disclosure or AuditKind.Intent))
        {
            return [];
        }

        // What the frame around the stages refused says nothing of where the request was.
        var shut = found.Record.Reason is { } code ? DenyReason.Find(code)?.Stage : null;
        var stages = new List<AccessStage>();
        foreach (var (stage, words) in Way)
        {
            stages.Add(new AccessStage(words, StateOf(stage, shut, found.Record.Reason), MomentOf(stage, shut, found), null));
        }

        if (shut == DenyStage.Audit)
        {
            stages.Add(new AccessStage("Audit: what cannot be put on record is not given", Closed, found.Record.Time, null));
        }

        var delivery = Last(found, AuditKind.Delivery);
        if (delivery is not null)
        {
            stages.Add(new AccessStage("Sent: what became of the answer", Passed, delivery.Time, null));
        }

        return [.. WithSpans(stages)];
    }

    private static string StateOf(DenyStage stage, DenyStage? shut, string? reason)
    {
        if (shut == DenyStage.Audit || (shut is null && reason is not null))
        {
            return "not said";
        }

        if (shut is null || stage < shut)
        {
            return Passed;
        }

        return stage == shut ? Closed : NotReached;
    }

    // A refusal is recorded where it is made, a write before it is forwarded, its outcome after, and a disclosure before its first byte.
    private static DateTimeOffset? MomentOf(DenyStage stage, DenyStage? shut, FoundRecord found)
    {
        if (stage == shut)
        {
            return found.Record.Time;
        }

        return stage switch
        {
            DenyStage.Admit when found.Record.Kind == AuditKind.Intent => found.Record.Time,
            DenyStage.Forward => Last(found, AuditKind.Outcome)?.Time,
            DenyStage.Release when found.Record.Kind == AuditKind.Disclosure => found.Record.Time,
            _ => null,
        };
    }

    // What followed an access stands in its own log: whoever ships may have added a row of another that says so.
    private static AuditEntry? Last(FoundRecord found, AuditKind kind) =>
        found.Others.LastOrDefault(entry => entry.Kind == kind && entry.Log == found.Record.Log);

    private static IEnumerable<AccessStage> WithSpans(IEnumerable<AccessStage> stages)
    {
        DateTimeOffset? before = null;
        foreach (var stage in stages)
        {
            var span = stage.At is { } at && before is { } earlier ? at - earlier : (TimeSpan?)null;
            before = stage.At ?? before;
            yield return span is { } known
                ? stage with
                {
                    Since = string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:N0} ms after the moment before"),
                }
                : stage;
        }
    }
}

/// <summary>One stage of a request's way.</summary>
/// <param name="Name">Its name and its question.</param>
/// <param name="State">passed, closed, not reached, or not said.</param>
/// <param name="At">The moment on record; null: none is.</param>
/// <param name="Since">How long after the moment before; null: there is none.</param>
public sealed record AccessStage(string Name, string State, DateTimeOffset? At, string? Since);
