using System.Buffers;
using System.Buffers.Text;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Writes the Bundle that leaves, around the entries that leave: head, type, array of entries, total and links.</summary>
/// <param name="work">What the filtering of the answer shares.</param>
/// <param name="window">The page of the client's that the entries go to, which writes its own head and end; null: none.</param>
/// <param name="kind">What the Bundle must be.</param>
internal sealed class BundleOutput(AnswerWork work, PageWindow? window, BundleKind kind)
{
    private byte[] _storedType = [];
    private bool _headWritten;
    private bool _entriesOpen;
    private int _place;

    /// <summary>What the Bundle is, as far as it is known by now.</summary>
    public BundleKind Kind { get; private set; } = kind;

    private ReadOnlySpan<byte> TypeName => Kind == BundleKind.Stored ? _storedType : BundleKinds.NameOf(Kind);

    /// <summary>Takes in the Bundle's own word on what it is; false when it is not what was asked for.</summary>
    public bool TryTakeType(ReadOnlySpan<byte> type)
    {
        if (!Kind.Fits(type))
        {
            return false;
        }

        if (Kind == BundleKind.Any)
        {
            Kind = BundleKinds.Resolve(type);
            if (Kind is BundleKind.Stored or BundleKind.None)
            {
                return false;
            }
        }

        if (Kind == BundleKind.Stored)
        {
            _storedType = type.ToArray();
        }

        return true;
    }

    /// <summary>Writes a member of a stored Bundle as it is, with the gateway's addresses.</summary>
    public void WriteMember(ReadOnlySpan<byte> data, int start, int end)
    {
        WriteHead();
        work.Output.Write(","u8);
        work.CopyAround(data, start, end);
    }

    /// <summary>What stands before an entry.</summary>
    public void OpenEntry()
    {
        if (window is not null)
        {
            window.WriteHead(TypeName, work.Output);
            work.Output.Write(window.EntriesOpen ? ","u8 : ",\"entry\":["u8);
            window.EntriesOpen = true;
            return;
        }

        WriteIdle();
        BeginEntry();
    }

    private void BeginEntry()
    {
        WriteHead();
        work.Output.Write(_entriesOpen ? ","u8 : ",\"entry\":["u8);
        _entriesOpen = true;
        _place++;
    }

    // Answers stand in the places of what was asked: those of entries that did not go upstream are written where they belong.
    private void WriteIdle()
    {
        while (Kind == BundleKind.TransactionResponse && work.Nesting == 0 && work.Options.Idle.Contains(_place))
        {
            BeginEntry();
            work.Output.Write("{\"response\":{\"status\":\"204 No Content\"}}"u8);
        }
    }

    /// <summary>No more entries follow; what else must be said in one may still be.</summary>
    public void CloseEntries()
    {
        if (Kind == BundleKind.Stored && _entriesOpen)
        {
            work.Output.Write("]"u8);
            _entriesOpen = false;
        }
    }

    /// <summary>Where the entry is found: for a stored Bundle as its entries refer to each other, else at the gateway.</summary>
    /// <param name="data">The bytes being read.</param>
    /// <param name="fullUrl">What the upstream wrote.</param>
    /// <param name="facts">Of the entry's resource.</param>
    public void WriteFullUrl(ReadOnlySpan<byte> data, TextSpan fullUrl, ResourceFacts facts)
    {
        if (Kind == BundleKind.Stored)
        {
            EntryParts.WriteStoredFullUrl(data, fullUrl, work.Bases, work.Output);
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

    /// <summary>Writes what follows the entries.</summary>
    /// <param name="links">The Bundle's links.</param>
    /// <param name="total">How many matches leave; null: it is not said.</param>
    /// <param name="settler">What was met among the entries.</param>
    public void Finish(BundleLinks links, int? total, EntrySettler settler)
    {
        WriteHead();
        if (Kind == BundleKind.Stored)
        {
            WriteType();
            work.Output.Write("}"u8);
            return;
        }

        WriteIdle();
        var lost = links.Seal(work.Bases, work.Options);
        work.Disclosure.CannotFollow |= lost;
        Say(lost, IncompleteOutcome.CannotFollow);
        Say(settler.Unread > 0, IncompleteOutcome.Unread);
        Say(settler.SaidIncomplete, IncompleteOutcome.SaidIncomplete);
        work.Output.Write(_entriesOpen ? "]"u8 : default);
        if (total is { } count)
        {
            work.Output.Write(",\"total\":"u8);
            Span<byte> digits = stackalloc byte[11];
            Utf8Formatter.TryFormat(count, digits, out var written);
            work.Output.Write(digits[..written]);
        }

        links.Write(work.Output);
        work.Output.Write("}"u8);
    }

    // Where entries answer by position there is no place for one that answers nothing.
    private void Say(bool isSo, ReadOnlySpan<byte> text)
    {
        if (isSo && Kind is BundleKind.SearchSet or BundleKind.Collection or BundleKind.History)
        {
            OpenEntry();
            IncompleteOutcome.WriteEntry(text, TypeName, work.Output);
        }
    }

    /// <summary>Before the first piece; a stored Bundle's type follows at the end when it has not been met yet.</summary>
    private void WriteHead()
    {
        if (_headWritten)
        {
            return;
        }

        _headWritten = true;
        work.Output.Write("{\"resourceType\":\"Bundle\""u8);
        if (Kind != BundleKind.Stored)
        {
            WriteType();
        }
    }

    private void WriteType()
    {
        work.Output.Write(",\"type\":\""u8);
        work.Output.Write(TypeName);
        work.Output.Write("\""u8);
    }
}
