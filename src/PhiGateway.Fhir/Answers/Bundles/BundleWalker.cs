using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Walks a Bundle from beginning to end, whole or piece by piece, and writes what may leave of it, entry by entry.</summary>
/// <remarks>
/// The Bundle that leaves is a new one: type, entries, then total and links. <c>total</c> is what the client can count itself and is left
/// out
/// where there are further pages; id (often the key of a result cache), signature and the rest are dropped, but for a stored Bundle.
/// Nothing is written of a piece before all of it was read.
/// </remarks>
internal sealed partial class BundleWalker(BundleKind kind, AnswerWork work, FhirRequest? request)
{
    private static readonly string[] MemberNames =
    [
        "resourceType",
        "type",
        "total",
        "link",
        "entry",
        "id",
        "meta",
        "identifier",
        "timestamp",
        "language",
        "implicitRules",
        "signature",
        "_id",
        "_implicitRules",
        "_language",
        "_type",
        "_timestamp",
        "_total",
    ];

    private const int FirstKept = 5;
    private const int LastKept = 9;

    private readonly BundleLinks _links = new();
    private BundleKind _kind = kind;
    private Phase _phase;
    private uint _members;
    private bool _headWritten;
    private bool _entriesOpen;
    private int _matches;
    private int _entries;

    /// <summary>The page of the client's that the matches go to; null: all that may leave does.</summary>
    public PageWindow? Window { get; init; }

    private enum Phase : byte
    {
        Start,
        Members,
        Entries,
        Done,
    }

    /// <summary>
    /// Reads on; what follows <paramref name="consumed"/> must be given again, with more. Complete: only blanks follow in these bytes.
    /// </summary>
    /// <param name="data">From where the last call stopped.</param>
    /// <param name="final">Nothing comes after these bytes.</param>
    /// <param name="state">Carried from call to call.</param>
    /// <param name="consumed">How far the bytes were read to the end of a piece.</param>
    public ScanResult Advance(ReadOnlySpan<byte> data, bool final, ref JsonReaderState state, out int consumed)
    {
        consumed = 0;
        try
        {
            var reader = new Utf8JsonReader(data, final, state);
            while (_phase != Phase.Done)
            {
                var result = Step(ref reader, data, consumed);
                if (result != ScanResult.Complete)
                {
                    return result == ScanResult.NeedMore && final ? ScanResult.Broken : result;
                }

                consumed = checked((int)reader.BytesConsumed);
                state = reader.CurrentState;
            }

            return data[consumed..].Trim(" \t\r\n"u8).IsEmpty ? ScanResult.Complete : ScanResult.Broken;
        }
        catch (JsonException)
        {
            return ScanResult.Broken;
        }
        finally
        {
            work.Reader.Names.PopTo(0);
        }
    }

    private ScanResult Step(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        if (!reader.Read())
        {
            return ScanResult.NeedMore;
        }

        switch (_phase)
        {
            case Phase.Start:
                _phase = Phase.Members;
                return reader.TokenType == JsonTokenType.StartObject ? ScanResult.Complete : ScanResult.Broken;
            case Phase.Members when reader.TokenType == JsonTokenType.EndObject:
                return Finish();
            case Phase.Members:
                return ReadMember(ref reader, data, from);
            case Phase.Entries when reader.TokenType == JsonTokenType.EndArray:
                return CloseEntries();
            default:
                return reader.TokenType == JsonTokenType.StartObject ? ReadEntry(ref reader, data, from) : ScanResult.Broken;
        }
    }

    private ScanResult ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        var member = reader.ValueIsEscaped ? -1 : MemberOf(reader.ValueSpan);
        var nameStart = checked((int)reader.TokenStartIndex);
        if (member < 0 || (_members >> member & 1) != 0)
        {
            return ScanResult.Broken;
        }

        if (!reader.Read())
        {
            return ScanResult.NeedMore;
        }

        var result = member switch
        {
            0 => reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual("Bundle"u8)
                ? ScanResult.Complete
                : ScanResult.Broken,
            1 => ReadType(ref reader),
            2 => reader.TokenType == JsonTokenType.Number ? ScanResult.Complete : ScanResult.Broken,
            3 => _links.Read(ref reader, data, work.Skipper, work.Reader.Names),
            4 => OpenEntries(ref reader),
            _ => work.Skipper.Skip(ref reader, data),
        };
        if (result != ScanResult.Complete)
        {
            return result;
        }

        var end = checked((int)reader.BytesConsumed);
        if (!Utf8.IsValid(data[from..end]))
        {
            return ScanResult.Broken;
        }

        _members |= 1U << member;
        if (_kind == BundleKind.Stored && member is >= FirstKept and <= LastKept)
        {
            WriteHead();
            work.Output.Write(","u8);
            work.Output.Write(data[nameStart..end]);
        }

        return ScanResult.Complete;
    }

    private ScanResult ReadType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || !_kind.Fits(reader.ValueSpan))
        {
            return ScanResult.Broken;
        }

        if (_kind == BundleKind.Any)
        {
            _kind = BundleKinds.Resolve(reader.ValueSpan);
            if (_kind is BundleKind.Stored or BundleKind.None)
            {
                return ScanResult.Broken;
            }
        }

        if (_kind == BundleKind.Stored)
        {
            _storedType = reader.ValueSpan.ToArray();
        }

        return ScanResult.Complete;
    }

    private ScanResult OpenEntries(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray || _kind == BundleKind.Any)
        {
            return ScanResult.Broken;
        }

        // Links that stand before the entries are looked at before any entry leaves; most servers write them there.
        if ((_members & 0b1000) != 0)
        {
            CheckNarrowing();
        }

        if (
            work.Known is null
            && _kind is BundleKind.SearchSet or BundleKind.History or BundleKind.Collection
            && KnownResources.Matter(work.Policy.Types)
        )
        {
            work.Known = new KnownResources();
        }

        if (Window is not null && AsksForMore())
        {
            Window.Entries ??= new ShownEntries(request!.Parameters);
            work.Reader.Links ??= [];
        }

        _phase = Phase.Entries;
        return ScanResult.Complete;
    }

    private ScanResult CloseEntries()
    {
        var result = SettleWaiting();
        work.Output.Write(_entriesOpen ? "]"u8 : default);
        _phase = Phase.Members;
        return result;
    }

    private bool AsksForMore()
    {
        for (var i = 0; i < request!.Parameters.Count; i++)
        {
            var name = request.Parameters[i].Name;
            if (name.StartsWith("_include", StringComparison.Ordinal) || name.StartsWith("_revinclude", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static int MemberOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < MemberNames.Length; i++)
        {
            if (System.Text.Ascii.Equals(name, MemberNames[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
