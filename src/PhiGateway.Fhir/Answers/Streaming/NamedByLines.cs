using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// What the records of an export that may leave name of what is nobody's (a drug, a clinic, who signed): only that may leave beside them.
/// Filled from all files of the export by <see cref="NdjsonFilter"/>, then settled. Not thread-safe until it is.
/// </summary>
/// <remarks>
/// Security: in an export of patients a server writes beside their records what these name, those that stay among them. Holds hashes and no
/// names. Bounded: what does not fit is not named, and stays.
/// </remarks>
/// <param name="takeRoom">Called with the bytes by which this is about to grow; throws where there is no room. Null (default): there always
/// is.</param>
public sealed class NamedByLines(Action<long>? takeRoom = null)
{
    private const int Most = 250_000;
    private const int Step = 4096;
    private const int BytesOfOne = 64;

    private readonly HashSet<UInt128> _named = [];
    private readonly Dictionary<UInt128, List<UInt128>> _further = [];
    private int _count;

    /// <summary>Nothing is named; read only.</summary>
    public static NamedByLines Nothing { get; } = new();

    /// <summary>Nothing is held to what is named; read only.</summary>
    public static NamedByLines Everything { get; } = new() { HoldsNothing = true };

    /// <summary>Whether what is named matters at all.</summary>
    public bool HoldsNothing { get; private init; }

    /// <summary>Some of what is named did not fit.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many are named.</summary>
    public int Count => _named.Count;

    /// <summary>Whether records of a type are nobody's where they name no patient, and so held to what others name.</summary>
    /// <param name="type">The type.</param>
    public static bool AreOf(ResourceType type) => RecordNames.MayBeNobodys(type);

    /// <summary>Whether any of these lines is one that is held to what others name.</summary>
    /// <param name="lines">Whole lines, each a resource.</param>
    /// <param name="policy">Their judge.</param>
    /// <param name="context">Bases and depth.</param>
    public static bool Matter(ReadOnlySpan<byte> lines, ReleasePolicy policy, FhirContext context)
    {
        var bases = Bases.Of(context);
        var reader = ResourceReader.Rent();
        try
        {
            var resources = new LineResources(lines);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                var line = resources.Current;
                if (MayBeHeld(line, bases) && reader.TryReadWhole(line, policy, bases, reader.Facts) && IsHeld(reader.Facts))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    /// <summary>All files were read: what is named by what is named counts from here on, too.</summary>
    public void Settle()
    {
        var open = new Queue<UInt128>(_named);
        while (open.TryDequeue(out var name))
        {
            if (!_further.TryGetValue(name, out var named))
            {
                continue;
            }

            foreach (var further in named.Where(_named.Add))
            {
                open.Enqueue(further);
            }
        }

        _further.Clear();
    }

    /// <summary>Whether a line is held to what others name.</summary>
    internal static bool IsHeld(ResourceFacts facts) => facts.Owner == OwnerState.NotPatientData && AreOf(facts.Type);

    /// <summary>Whether a record that leaves names this one.</summary>
    /// <param name="line">One that <see cref="IsHeld"/>.</param>
    /// <param name="facts">What was read out of it.</param>
    /// <param name="bases">The route's addresses, and depth.</param>
    internal bool Names(ReadOnlySpan<byte> line, ResourceFacts facts, Bases bases)
    {
        foreach (var name in NamesOf(line, facts, bases))
        {
            if (_named.Contains(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same of a record by what it is known by.</summary>
    /// <param name="name">Its name; null: it has none.</param>
    /// <param name="addresses">What it is named by beside references.</param>
    internal bool Names(ResourceName? name, IReadOnlyList<string> addresses) =>
        (name is { } known && _named.Contains(KeyOf($"{known.Type.Name}/{known.Id}")))
        || addresses.Any(address => _named.Contains(KeyOf(address)));

    /// <summary>Takes in a record that may leave.</summary>
    /// <param name="work">It has just judged it.</param>
    /// <param name="line">The record.</param>
    internal void Note(AnswerWork work, ReadOnlySpan<byte> line)
    {
        var elements = work.LastElements;
        var links = new HashSet<UInt128>();
        foreach (var (element, name) in RecordNames.WithElements(line, work.Bases))
        {
            if (elements?.Contains(element) != false && AreOf(name.Type) && work.Policy.Types.Contains(name.Type))
            {
                links.Add(KeyOf($"{name.Type.Name}/{name.Id}"));
            }
        }

        // Of what is known by an address, where any of it was exported at all.
        foreach (var (element, address) in TakesAddresses(work.Policy) ? CanonicalNames.In(line, work.Bases) : [])
        {
            // A text is no address, and what says what the record itself is names no other.
            var mayName = element is not ("meta" or "identifier" or "masterIdentifier") && !address.Contains(' ');
            if (mayName && elements?.Contains(element) != false)
            {
                links.Add(KeyOf(address));
            }
        }

        // A million records name the same clinic; what is named stays named, whoever names it too.
        links.ExceptWith(_named);
        if (links.Count == 0 || !TryTakeRoom(links.Count))
        {
            return;
        }

        if (!IsHeld(work.Reader.Facts))
        {
            _named.UnionWith(links);
            return;
        }

        // Several versions of one have an address in common: whatever any of them names.
        foreach (var name in NamesOf(line, work.Reader.Facts, work.Bases))
        {
            if (!_further.TryGetValue(name, out var further))
            {
                _further[name] = further = new(links.Count);
            }

            further.AddRange(links);
        }
    }

    // By its type alone: most lines of an export are of patients, and are read once only.
    private static bool MayBeHeld(ReadOnlySpan<byte> line, Bases bases)
    {
        try
        {
            var json = new Utf8JsonReader(line, ResourceReader.OptionsFor(bases));
            return json.Read()
                && json.TokenType == JsonTokenType.StartObject
                && ResourceReader.PeekType(json, out var type) == ScanResult.Complete
                && AreOf(type);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool TryTakeRoom(int more)
    {
        if (_count + more > Most)
        {
            IsCut = true;
            return false;
        }

        if (_count / Step != (_count + more) / Step || _count == 0)
        {
            takeRoom?.Invoke(Math.Max(Step, more) * (long)BytesOfOne);
        }

        _count += more;
        return true;
    }

    private static bool TakesAddresses(ReleasePolicy policy)
    {
        foreach (var type in CanonicalNames.Types.Members())
        {
            // A Device's address is where it is called, not what it is named by.
            if (type.Name != "Device" && policy.Types.Contains(type) && AreOf(type))
            {
                return true;
            }
        }

        return false;
    }

    private static List<UInt128> NamesOf(ReadOnlySpan<byte> line, ResourceFacts facts, Bases bases)
    {
        List<UInt128> names = facts.Id is { } id ? [KeyOf($"{facts.Type.Name}/{id}")] : [];
        foreach (var address in CanonicalNames.Of(line, facts.Type, bases))
        {
            names.Add(KeyOf(address));
        }

        return names;
    }

    private static UInt128 KeyOf(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
