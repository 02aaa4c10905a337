using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Reads one resource in one forward pass: strictness, facts for the judgement, where its members stand, and what must be rewritten.
/// </summary>
/// <remarks>
/// Reusable, not thread-safe; take one with <see cref="Rent"/>. Bad JSON surfaces as <see cref="JsonException"/>, which callers turn into
/// their verdict.
/// </remarks>
internal sealed class ResourceReader
{
    [ThreadStatic]
    private static ResourceReader? t_spare;

    private readonly ResourceMeaning _meaning;
    private ScanFrame[] _frames = new ScanFrame[66];

    private ResourceReader()
    {
        Skipper = new ValueSkipper(Names);
        _meaning = new ResourceMeaning(Names);
    }

    /// <summary>Names of the objects around the resource are kept here too.</summary>
    public NameStack Names { get; } = new();

    /// <summary>Reads past what is of no interest, with the same names.</summary>
    public ValueSkipper Skipper { get; }

    /// <summary>The last resource's rewrites.</summary>
    public EditList Edits => _meaning.Edits;

    /// <summary>The last resource's top-level members.</summary>
    public MemberList Members { get; } = new();

    /// <summary>Facts for callers that need room for them.</summary>
    public ResourceFacts Facts { get; } = new();

    /// <summary>Types of what the last resource contains, in order.</summary>
    public List<ResourceType> Contained => _meaning.Contained;

    /// <summary>What the last resource says about its owners.</summary>
    public OwnerLedger Owners => _meaning.Owners;

    /// <summary>Receives the name of everything here that the next resources refer to; null: nobody asks. Emptied by who set it.</summary>
    public List<ResourceName>? Links
    {
        get => _meaning.Links;
        set => _meaning.Links = value;
    }

    public static ResourceReader Rent()
    {
        var reader = t_spare ?? new ResourceReader();
        t_spare = null;
        return reader;
    }

    /// <summary>Gives a reader back; no patient id stays in it.</summary>
    public static void Return(ResourceReader reader)
    {
        reader.Names.PopTo(0);
        reader.Edits.Reset();
        reader.Facts.Reset();
        reader.Links = null;
        reader.Owners.Forget();
        t_spare = reader;
    }

    public static JsonReaderOptions OptionsFor(Bases bases) =>
        new()
        {
            MaxDepth = bases.MaxDepth,
            CommentHandling = JsonCommentHandling.Disallow,
            AllowTrailingCommas = false,
        };

    /// <summary>Reads bytes that must be exactly one resource.</summary>
    public bool TryReadWhole(ReadOnlySpan<byte> json, ReleasePolicy policy, Bases bases, ResourceFacts facts)
    {
        facts.Reset();
        try
        {
            var reader = new Utf8JsonReader(json, OptionsFor(bases));
            if (
                Utf8.IsValid(json)
                && reader.Read()
                && reader.TokenType == JsonTokenType.StartObject
                && Read(ref reader, json, policy, bases, facts) == ScanResult.Complete
                && !reader.Read()
            )
            {
                return true;
            }
        }
        catch (JsonException)
        {
            // Not JSON: the same answer as JSON that is no resource.
        }

        facts.Reset();
        return false;
    }

    /// <summary>Finds the type of the resource whose opening brace the reader stands on, wherever in the object it is named.</summary>
    public static ScanResult PeekType(Utf8JsonReader reader, out ResourceType type)
    {
        type = default;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                return ScanResult.Broken;
            }

            if (!reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual("resourceType"u8))
            {
                if (!reader.Read())
                {
                    return ScanResult.NeedMore;
                }

                return reader.TokenType == JsonTokenType.String && ResourceType.TryParse(reader.ValueSpan, out type)
                    ? ScanResult.Complete
                    : ScanResult.Broken;
            }

            if (!reader.TrySkip())
            {
                return ScanResult.NeedMore;
            }
        }

        return ScanResult.NeedMore;
    }

    /// <summary>Reads the resource whose opening brace the reader stands on, up to its closing brace.</summary>
    /// <param name="reader">Positions are relative to the beginning of <paramref name="data"/>.</param>
    /// <param name="data">The bytes the reader reads.</param>
    /// <param name="policy">Says which token parameters matter.</param>
    /// <param name="bases">The route's addresses.</param>
    /// <param name="facts">Reset by the caller; filled.</param>
    public ScanResult Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ReleasePolicy policy, Bases bases, ResourceFacts facts)
    {
        var peeked = PeekType(reader, out var type);
        if (peeked != ScanResult.Complete)
        {
            return peeked;
        }

        var program = ScanProgram.For(type);
        _meaning.Begin(program, policy.ParametersNeeded(type), bases, facts);
        if (_frames.Length < bases.MaxDepth + 2)
        {
            _frames = new ScanFrame[bases.MaxDepth + 2];
        }

        var namesStart = Names.Count;
        var result = Walk(ref reader, data, program);
        if (result == ScanResult.Complete)
        {
            Members.Take(Names, namesStart, checked((int)reader.TokenStartIndex));
            _meaning.Conclude(program);
        }

        Names.PopTo(namesStart);
        return result;
    }

    private ScanResult Walk(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ScanProgram program)
    {
        var depth = 0;
        ref var frame = ref Open(0, program.Root, program, false);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    // No FHIR element has a name that needs escapes; one with escapes is there to be read differently.
                    var name = reader.ValueSpan;
                    var key = NameKey.Of(name);
                    if (
                        reader.ValueIsEscaped
                        || !Names.TryAdd(frame.NamesStart, ref frame.Bloom, key, (int)reader.TokenStartIndex + 1, name, data)
                    )
                    {
                        return ScanResult.Broken;
                    }

                    frame.Pending = ScanNodes.Next(frame.Node, key, name);
                    if (ReferenceEquals(frame.Pending, ScanNode.OtherCase))
                    {
                        return ScanResult.Broken;
                    }

                    break;

                case JsonTokenType.String:
                    if (reader.ValueIsEscaped && !JsonText.HasWholeSurrogates(reader.ValueSpan))
                    {
                        return ScanResult.Broken;
                    }

                    var text = new TextSpan((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
                    if (frame.Pending.WantsValues && !_meaning.TakeText(ref frame, text, data))
                    {
                        return ScanResult.Broken;
                    }

                    if (reader.ValueSpan.Length > 8)
                    {
                        _meaning.TakeAddresses(frame.Pending.Role, text, data);
                    }

                    break;

                case JsonTokenType.StartObject:
                    var node = frame.Pending;
                    var inner = frame.Program;
                    var contained = frame.Contained;
                    if (node.Strict)
                    {
                        if (node.Role != ScanRole.Contained || contained || !frame.InArray)
                        {
                            return ScanResult.Broken;
                        }

                        var peeked = PeekType(reader, out var type);
                        if (peeked != ScanResult.Complete)
                        {
                            return peeked;
                        }

                        inner = ScanProgram.For(type);
                        _meaning.Contain(inner);
                        node = inner.Root;
                        contained = true;
                    }

                    frame = ref Open(++depth, node, inner, contained);
                    break;

                case JsonTokenType.EndObject:
                    if (frame.Node.WantsClosing)
                    {
                        _meaning.Close(ref frame, depth > 0 ? _frames[depth - 1].Node.Role : ScanRole.None, data);
                    }

                    if (depth == 0)
                    {
                        return ScanResult.Complete;
                    }

                    Names.PopTo(frame.NamesStart);
                    frame = ref _frames[--depth];
                    break;

                case JsonTokenType.StartArray:
                    // FHIR's JSON has no arrays of arrays.
                    if (frame.InArray || frame.Pending.IsSingle)
                    {
                        return ScanResult.Broken;
                    }

                    frame.InArray = true;
                    break;

                case JsonTokenType.EndArray:
                    frame.InArray = false;
                    break;

                default:
                    if (frame.Pending.WantsValues && !_meaning.TakeLiteral(ref frame, reader.TokenType))
                    {
                        return ScanResult.Broken;
                    }

                    break;
            }
        }

        return ScanResult.NeedMore;
    }

    private ref ScanFrame Open(int depth, ScanNode node, ScanProgram program, bool contained)
    {
        ref var frame = ref _frames[depth];
        frame.Node = node;
        frame.Pending = node;
        frame.Program = program;
        frame.Bloom = 0;
        frame.NamesStart = Names.Count;
        frame.InlineStart = _meaning.InlineCount;
        frame.InArray = false;
        frame.Contained = contained;
        frame.First = default;
        frame.Second = default;
        frame.Third = default;
        return ref frame;
    }
}
