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
internal sealed partial class ResourceReader
{
    [ThreadStatic]
    private static ResourceReader? t_spare;

    private readonly OwnerLedger _owners = new();
    private readonly TextCache _texts = new();
    private readonly List<SecurityLabel> _inline = [];
    private readonly byte[] _scratch = new byte[4096];
    private ScanFrame[] _frames = new ScanFrame[66];
    private Bases _bases = null!;
    private ResourceFacts _facts = null!;
    private uint _needed;
    private uint _seen;
    private bool _labelled;
    private bool _subsetted;

    private ResourceReader() => Skipper = new ValueSkipper(Names);

    /// <summary>Names of the objects around the resource are kept here too.</summary>
    public NameStack Names { get; } = new();

    /// <summary>Reads past what is of no interest, with the same names.</summary>
    public ValueSkipper Skipper { get; }

    /// <summary>The last resource's rewrites.</summary>
    public EditList Edits { get; } = new();

    /// <summary>The last resource's top-level members.</summary>
    public MemberList Members { get; } = new();

    /// <summary>Facts for callers that need room for them.</summary>
    public ResourceFacts Facts { get; } = new();

    /// <summary>Types of what the last resource contains, in order.</summary>
    public List<ResourceType> Contained { get; } = [];

    /// <summary>Receives the name of everything here that the next resources refer to; null: nobody asks. Emptied by who set it.</summary>
    public List<ResourceName>? Links { get; set; }

    /// <summary>What the last resource says about its owners.</summary>
    public OwnerLedger Owners => _owners;

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
        reader._owners.Forget();
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
                return !reader.Read() ? ScanResult.NeedMore
                    : reader.TokenType == JsonTokenType.String && ResourceType.TryParse(reader.ValueSpan, out type) ? ScanResult.Complete
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
        Begin(policy, bases, facts, type);
        var unknown = !program.TryMask(policy.ParametersNeeded(type), out _needed);
        var namesStart = Names.Count;
        var result = Walk(ref reader, data, program);
        if (result == ScanResult.Complete)
        {
            Members.Take(Names, namesStart, checked((int)reader.TokenStartIndex));
            Conclude(program, unknown);
        }

        Names.PopTo(namesStart);
        return result;
    }

    private void Begin(ReleasePolicy policy, Bases bases, ResourceFacts facts, ResourceType type)
    {
        _bases = bases;
        _facts = facts;
        facts.Type = type;
        facts.Confidentiality = Confidentiality.Unrestricted;
        _owners.Reset();
        _inline.Clear();
        Contained.Clear();
        Edits.Reset();
        _seen = 0;
        _labelled = false;
        _subsetted = false;
        _needed = 0;
        if (_frames.Length < bases.MaxDepth + 2)
        {
            _frames = new ScanFrame[bases.MaxDepth + 2];
        }
    }

    private void Conclude(ScanProgram program, bool unknownParameter)
    {
        _owners.Conclude(program.Rule, _facts);
        if (!_labelled)
        {
            _facts.Raise(Confidentiality.Normal);
        }

        // SUBSETTED by itself is no reason to withhold: only when what is missing could have changed the judgement.
        _facts.Unjudgeable |=
            _subsetted && ((_facts.Owner == OwnerState.Undetermined && !_owners.Named) || unknownParameter || (_needed & ~_seen) != 0);
    }
}
