using System.Buffers;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <content>Judging one entry and writing what may leave of it.</content>
internal sealed partial class BundleWalker
{
    private Disclosure? _own;

    private ScanResult Settle(ReadOnlySpan<byte> data, ref EntrySpan entry, int place)
    {
        if (_kind is BundleKind.BatchResponse or BundleKind.TransactionResponse)
        {
            return SettleResponse(data, ref entry, place);
        }

        if (!entry.HasResource)
        {
            // A deletion in a history names a resource of which nothing is left to judge.
            if (_kind is BundleKind.History or BundleKind.Stored && Window?.Meet() != false)
            {
                Window?.Hide();
                work.Disclosure.Withhold(WithholdReason.Unjudgeable);
            }

            return ScanResult.Complete;
        }

        if (work.Reader.Facts.Type == ResourceType.OperationOutcome)
        {
            if (_kind == BundleKind.Stored)
            {
                work.Disclosure.Withhold(WithholdReason.Unjudgeable);
            }

            return ScanResult.Complete;
        }

        var mode = ModeOf(entry.Mode, data);
        var included = IsIncluded(ref entry, data);
        var outcome = included || Window is null ? Judge(data, ref entry) : JudgeForPage(data, ref entry);
        if (outcome != ReleaseOutcome.Released)
        {
            return outcome == ReleaseOutcome.Broken ? ScanResult.Broken : ScanResult.Complete;
        }

        Window?.Entries?.Add(work.Reader.Facts, work.Reader.Links!, isMatch: !included);
        _matches += included ? 0 : 1;
        OpenEntry();
        work.Output.Write("{"u8);
        WriteFullUrl(data, ref entry);
        work.Output.Write("\"resource\":"u8);
        work.Write(data, entry.ResourceStart, entry.ResourceEnd, viewed: !included);
        if (_kind == BundleKind.SearchSet && mode.Length > 0)
        {
            work.Output.Write(",\"search\":{\"mode\":\""u8);
            work.Output.Write(mode);
            work.Output.Write("\"}"u8);
        }
        else if (_kind == BundleKind.History)
        {
            EntryParts.WriteRequest(data, entry.Method, work.Reader.Facts, work.Output);
            EntryParts.WriteResponse(data, ref entry, work.Bases, hidden: false, first: false, work.Output);
        }

        work.Output.Write("}"u8);
        return ScanResult.Complete;
    }

    private ReleaseOutcome Judge(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        // What stands under another server's address speaks of that server's resources.
        var known = work.Known;
        work.Known = known is not null && IsHere(entry.FullUrl, data) ? known : null;
        var outcome = work.Prepare(data, entry.ResourceStart, entry.ResourceEnd, null);
        work.Known?.Add(work.Reader.Facts, outcome == ReleaseOutcome.Withheld ? work.LastReason : WithholdReason.None);
        work.Known = known;
        return outcome;
    }

    // A match that may leave and does not fit on the page any more is not let out: it is neither written nor recorded.
    private ReleaseOutcome JudgeForPage(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        if (!Window!.Meet())
        {
            return ReleaseOutcome.Withheld;
        }

        var all = work.Disclosure;
        var own = _own ??= new Disclosure();
        own.Reset();
        work.Disclosure = own;
        var outcome = Judge(data, ref entry);
        work.Disclosure = all;
        if (outcome == ReleaseOutcome.Released && !Window.TryShow())
        {
            return ReleaseOutcome.Withheld;
        }

        if (outcome == ReleaseOutcome.Withheld)
        {
            Window.Hide();
        }

        all.Merge(own);
        return outcome;
    }

    // Responses answer by position, so each one stays even when nothing of it may leave.
    private ScanResult SettleResponse(ReadOnlySpan<byte> data, ref EntrySpan entry, int place)
    {
        FhirRequest? asked = null;
        if (request is { Entries.Count: > 0 })
        {
            if (place >= request.Entries.Count)
            {
                return ScanResult.Broken;
            }

            asked = request.Entries[place];

            // What became of an entry must be said, or nobody knows which of them this is.
            if (!EntryParts.HasStatus(entry.Status, data))
            {
                return ScanResult.Broken;
            }
        }

        var outcome = ReleaseOutcome.Withheld;
        var hasResource = entry.HasResource && work.Reader.Facts.Type != ResourceType.OperationOutcome;
        if (hasResource)
        {
            if (asked is not null && !AnswerFit.Fits(asked, work.Reader.Facts))
            {
                work.Disclosure.Withhold(WithholdReason.Unjudgeable);
            }
            else
            {
                outcome = work.Prepare(data, entry.ResourceStart, entry.ResourceEnd, asked);
            }

            if (outcome == ReleaseOutcome.Broken)
            {
                return ScanResult.Broken;
            }
        }

        var released = outcome == ReleaseOutcome.Released;
        OpenEntry();
        work.Output.Write("{"u8);
        if (released)
        {
            WriteFullUrl(data, ref entry);
            work.Output.Write("\"resource\":"u8);
            work.Write(data, entry.ResourceStart, entry.ResourceEnd, viewed: false);
        }

        // What was read and must stay looks like what is not there; what was written was decided before.
        var hidden = hasResource && !released && !(asked?.IsWrite ?? !entry.Location.IsNone);
        EntryParts.WriteResponse(data, ref entry, work.Bases, hidden, first: !released, work.Output);
        work.Output.Write("}"u8);
        return ScanResult.Complete;
    }

    private void WriteFullUrl(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        var facts = work.Reader.Facts;
        if (_kind == BundleKind.Stored)
        {
            EntryParts.WriteStoredFullUrl(data, entry.FullUrl, work.Bases, work.Output);
        }
        else if (facts.Id is not null)
        {
            // Made anew from the resource that was judged: whatever host the upstream wrote, here it is found at the gateway.
            work.Output.Write("\"fullUrl\":\""u8);
            work.Output.Write(work.Bases.Gateway);
            EntryParts.WriteTypeAndId(facts, work.Output);
            work.Output.Write("\","u8);
        }
    }

    private static ReadOnlySpan<byte> ModeOf(TextSpan mode, ReadOnlySpan<byte> data) =>
        mode.IsNone ? default
        : mode.In(data).SequenceEqual("match"u8) ? "match"u8
        : mode.In(data).SequenceEqual("include"u8) ? "include"u8
        : default;
}
