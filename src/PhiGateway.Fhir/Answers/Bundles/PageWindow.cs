using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Counts matches while one page of the client's is put together from pages of the upstream: which to pass over, which leave, and where the
/// next page begins.
/// </summary>
/// <remarks>
/// How the upstream pages, and what lies between its matches unseen, does not show. One window serves the walkers of one page after
/// another.
/// </remarks>
internal sealed class PageWindow(int size, int from)
{
    private bool _headWritten;
    private bool _hasTotal;
    private BundleLinks? _first;
    private bool _isLater;
    private int _accompanying;
    private int _shownHere;

    /// <summary>Matches per page; as many as come until the upstream has shown how many it gives.</summary>
    public int Size { get; private set; } = size;

    /// <summary>Matches of the present page of the upstream that were passed by before.</summary>
    public int From { get; private set; } = from;

    /// <summary>Matches met on the present page of the upstream.</summary>
    public int Met { get; private set; }

    /// <summary>Matches that leave.</summary>
    public int Shown { get; private set; }

    /// <summary>
    /// Place on the present page of the upstream of the first match that could leave and does not fit any more; null: none was met.
    /// </summary>
    public int? Rest { get; private set; }

    /// <summary>Some match of the present page of the upstream does not leave now.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Where the upstream continues; null: nowhere.</summary>
    public string? Next { get; private set; }

    /// <summary>What leaves, for what was included; null: nothing was asked to be.</summary>
    public ShownEntries? Entries { get; set; }

    /// <summary>The entries' array is open.</summary>
    public bool EntriesOpen { get; set; }

    /// <summary>Entries that could not be read.</summary>
    public int Unread { get; private set; }

    /// <summary>The server says on the first of its pages that went into this one that not every source was heard.</summary>
    public bool SaidIncomplete { get; set; }

    /// <summary>An entry that cannot be read comes by: a match, for all that is known.</summary>
    public void PassBy()
    {
        Unread++;
        _ = Meet();
        Hide();
    }

    /// <summary>It is the first page of the upstream that this window looks at.</summary>
    public bool IsFirst => !_isLater;

    /// <summary>
    /// Whether what is there for the sake of others in one list leaves with this page: with the one on which the present page of the upstream
    /// begins, and no other, so that nothing comes twice.
    /// </summary>
    public bool GivesAccompanying => From == 0 && Rest != 0;

    /// <summary>An entry comes by that is there for the sake of others in what the upstream counts as one list.</summary>
    public void Accompany() => _accompanying++;

    /// <summary>A match comes by; false: it was passed by before, and is not looked at.</summary>
    public bool Meet()
    {
        Met++;
        HasGaps |= Met <= From;
        return Met > From;
    }

    /// <summary>The match just met must stay.</summary>
    public void Hide() => HasGaps = true;

    /// <summary>The match just met may leave; false: it does not fit any more.</summary>
    public bool TryShow()
    {
        if (Rest is null && Shown < Size)
        {
            Shown++;
            _shownHere++;
            return true;
        }

        // A page of the upstream of which nothing was shown yet is begun by the client's next page, with all that accompanies it.
        Rest ??= Entries is { IsAround: true } && From == 0 && _shownHere == 0 ? 0 : Met - 1;
        HasGaps = true;
        return false;
    }

    public void WriteHead(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        if (_headWritten)
        {
            return;
        }

        _headWritten = true;
        output.Write("{\"resourceType\":\"Bundle\",\"type\":\""u8);
        output.Write(type);
        output.Write("\""u8);
    }

    /// <summary>A page of the upstream was read to its end.</summary>
    public void EndPage(BundleLinks links, bool hasTotal)
    {
        _first ??= links;
        _hasTotal |= hasTotal;
        Next = links.Next;
        if (Next is not null && IsFirst)
        {
            // Whatever was asked for, no page of this server is longer.
            Size = Math.Max(1, Math.Min(Size, Met + _accompanying));
        }
    }

    /// <summary>The next page of the upstream is looked at.</summary>
    public void Turn()
    {
        _isLater = true;
        (From, Met, HasGaps, _accompanying, _shownHere) = (0, 0, false, 0, 0);
    }

    /// <summary>Writes what follows the entries.</summary>
    /// <param name="type">The Bundle's type.</param>
    /// <param name="tail">Links, and whether this is all there is.</param>
    /// <param name="bases">The route's addresses.</param>
    /// <param name="options">For the self link.</param>
    /// <param name="output">Receives it.</param>
    public void Finish(ReadOnlySpan<byte> type, PageTail tail, Bases bases, AnswerOptions options, IBufferWriter<byte> output)
    {
        WriteHead(type, output);
        Say(tail.IsCutShort, IncompleteOutcome.CutShort, type, output);
        Say(tail.CannotFollow, IncompleteOutcome.CannotFollow, type, output);
        Say(Unread > 0, IncompleteOutcome.Unread, type, output);
        Say(SaidIncomplete && !tail.IsLater, IncompleteOutcome.SaidIncomplete, type, output);
        output.Write(EntriesOpen ? "]"u8 : default);
        var nothing = tail.IsAll && Shown == 0 ? tail.OfNothing : null;
        if ((_hasTotal && tail.IsAll) || nothing is not null || tail.Total is not null)
        {
            output.Write(Encoding.ASCII.GetBytes($",\"total\":{tail.Total ?? Shown}"));
        }

        var any = false;
        if ((nothing ?? _first?.Self(bases, options)) is { Length: > 0 } self)
        {
            WriteLink("self", self, ref any, output);
        }

        foreach (var (relation, url) in tail.Links)
        {
            WriteLink(relation, url, ref any, output);
        }

        output.Write(any ? "]}"u8 : "}"u8);
    }

    private void Say(bool isSo, ReadOnlySpan<byte> text, ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        if (isSo)
        {
            output.Write(EntriesOpen ? ","u8 : ",\"entry\":["u8);
            IncompleteOutcome.WriteEntry(text, type, output);
            EntriesOpen = true;
        }
    }

    private static void WriteLink(string relation, string url, ref bool any, IBufferWriter<byte> output)
    {
        output.Write(any ? ","u8 : ",\"link\":["u8);
        output.Write("{\"relation\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(relation));
        output.Write("\",\"url\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(url)));
        output.Write("\"}"u8);
        any = true;
    }
}
