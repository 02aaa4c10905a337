using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>
/// Fills a client's page of a declared search from one or more pages of the backend, leaving out withheld records; called by the host, which
/// fetches them. Mutable, for one answer; not thread-safe.
/// </summary>
/// <remarks>
/// Security: neither number nor place of what is withheld shows in the pages. A page has as many elements as the backend's own first page,
/// all of them such as may leave, and leads on only where one more is known that may. An element is a record, or a group of them, which
/// leaves with those of its records that may, if there are any. That there is none is written in one form, however the backend writes it.
/// The sibling of the pages of FHIR searches (ADR 9).
/// </remarks>
public sealed class ApiPage : IDisposable
{
    private readonly ApiAnswer _answer;
    private readonly EnvelopeNode _envelope;
    private readonly int _maxDepth;
    private readonly ApiRecordJudge _judge;
    private readonly ApiRecordJudge _aheadJudge;
    private readonly Disclosure _disclosure;
    private readonly Disclosure _ahead = new();
    private readonly Utf8JsonWriter _items;
    private readonly List<ElementSet?> _verdicts = [];
    private JsonDocument? _frame;
    private bool _isTaken;
    private int _records;

    /// <param name="request">What was asked; one of <see cref="Applies"/>.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="maxDepth">Deepest JSON nesting that is read.</param>
    /// <param name="items">Receives the records that leave; to be kept until the page is finished.</param>
    /// <param name="disclosure">Receives what is let out.</param>
    public ApiPage(ApiRequest request, ReleasePolicy policy, int maxDepth, IBufferWriter<byte> items, Disclosure disclosure)
    {
        ArgumentNullException.ThrowIfNull(request);
        _answer = request.Operation.Answer!;
        _envelope = _answer.Envelope!;
        _maxDepth = maxDepth;
        _disclosure = disclosure;
        _judge = new ApiRecordJudge(request, _answer.Shape, policy, disclosure);
        _aheadJudge = new ApiRecordJudge(request, _answer.Shape, policy, _ahead);
        _items = new Utf8JsonWriter(items);
        Size = request.PageSize;
        _items.WriteStartArray();
    }

    /// <summary>Elements of a page; 0: the backend has given none yet.</summary>
    public int Size { get; private set; }

    /// <summary>How many elements leave on this page.</summary>
    public int Count { get; private set; }

    /// <summary>Where the backend's answer that was taken last leads on, as it wrote it; null: nowhere. PHI.</summary>
    public string? Next { get; private set; }

    /// <summary>
    /// How many elements of the backend's page that was taken last come before the first one that belongs to the client's next page; null:
    /// none is known.
    /// </summary>
    public int? Rest { get; private set; }

    /// <summary>
    /// Whether the answer to a request is a page: a list of records, or of groups of them, of which each may stay by itself.
    /// </summary>
    public static bool Applies(ApiRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request is { Meaning.Interaction: Interaction.SearchType, Operation.Answer: { WithholdsAll: false, Envelope: { } envelope } }
            && envelope.HoldsOneList;
    }

    /// <summary>Judges one answer of the backend; its bytes must stay as they are until the page is finished, if it is the first.</summary>
    /// <param name="body">The backend's bytes, whole; empty: it says that there is nothing.</param>
    /// <param name="from">Elements that come before this page.</param>
    /// <returns>Rewritten where it can be used.</returns>
    public AnswerVerdict Take(ReadOnlyMemory<byte> body, int from)
    {
        var isFirst = !_isTaken;
        (_isTaken, Next, Rest) = (true, null, null);
        if (body.IsEmpty)
        {
            return AnswerVerdict.Rewritten;
        }

        if (body.Length > _answer.MaxBytes)
        {
            return AnswerVerdict.TooLarge;
        }

        if (!StrictJson.TryParse(ByteOrderMark.Skip(body), _maxDepth, out var document))
        {
            return AnswerVerdict.Unreadable;
        }

        try
        {
            JsonElement list = default;
            return Find(document.RootElement, _envelope, ref list) && TakeItems(list, from) ? Bounded() : AnswerVerdict.Unreadable;
        }
        finally
        {
            if (isFirst)
            {
                _frame = document;
            }
            else
            {
                document.Dispose();
            }
        }
    }

    /// <summary>Ends the list; what was given for it has all of it then.</summary>
    public void Complete()
    {
        _items.WriteEndArray();
        _items.Flush();
        _disclosure.MergeUnseen(_ahead);
    }

    /// <summary>Writes the page: the first answer's places beside the records, and the records.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="records">The records, complete.</param>
    /// <param name="next">Where it leads on, sealed; null: nowhere.</param>
    public void Write(IBufferWriter<byte> output, ReadOnlyMemory<byte> records, string? next)
    {
        using var json = new Utf8JsonWriter(output);
        new ApiPageWriter(json, records, _records, next).Write(_frame?.RootElement ?? default, _envelope);
        json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _items.Dispose();
        _frame?.Dispose();
    }

    private AnswerVerdict Bounded() => _records > _answer.MaxItems ? AnswerVerdict.TooLarge : AnswerVerdict.Rewritten;

    // What stands beside the records must be as declared, as in an answer that is no page.
    private bool Find(JsonElement element, EnvelopeNode node, ref JsonElement list)
    {
        switch (node.Role)
        {
            case EnvelopeRole.Next:
                Next = ApiAnswerWriter.TextOf(element) is { Length: > 0 } text ? text : null;
                return true;
            case EnvelopeRole.Count:
                return element.ValueKind is JsonValueKind.Number or JsonValueKind.Null;
            case not EnvelopeRole.Way:
                return true;
        }

        if (node.Each is not null)
        {
            list = element;
            return element.ValueKind == JsonValueKind.Array;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (
                node.Members.TryGetValue(member.Name, out var next)
                && !ApiAnswerWriter.IsNothing(member.Value, next)
                && !Find(member.Value, next, ref list)
            )
            {
                return false;
            }
        }

        return true;
    }

    private bool TakeItems(JsonElement list, int from)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var element = _envelope.Element!;
        Size = Size > 0 ? Size : list.GetArrayLength();
        var place = -1;
        foreach (var item in list.EnumerateArray())
        {
            if (++place < from)
            {
                continue;
            }

            var isFull = Count == Size;
            _verdicts.Clear();
            if (!ApiAnswerFilter.JudgeItems(item, element, isFull ? _aheadJudge : _judge, _verdicts))
            {
                return false;
            }

            var leaving = _verdicts.Count(static verdict => verdict is not null);
            if (leaving == 0)
            {
                continue;
            }

            if (isFull)
            {
                // It is looked at again where it leaves.
                Rest = place;
                return true;
            }

            Count++;
            _records += leaving;
            new ApiAnswerWriter(_items, _answer.Shape, _verdicts, links: null).Write(item, element);
        }

        _items.Flush();
        return true;
    }
}
