using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>What of its grants a use case used in a window: gathered record by record, asked by <see cref="NarrowerGrants"/>.</summary>
internal sealed class UsedGrants(AdminOptions options)
{
    private const string Search = "search";
    private const string Read = "read";
    private const string Elements = "_elements";

    private readonly HashSet<(string Type, string Word)> _words = [];
    private readonly HashSet<(string Type, string Operation)> _operations = [];
    private readonly HashSet<string> _includes = new(StringComparer.Ordinal);

    // Types whose resources came although no part of the request named them.
    private readonly HashSet<string> _alongside = new(StringComparer.Ordinal);

    // Labels that were let out with resources of a type, and elements that were asked for by name.
    private readonly HashSet<(string Type, string Label)> _labels = [];
    private readonly HashSet<(string Type, string Element)> _elements = [];

    // Types of which a request came that named no elements: it took all.
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);

    // A request came of which the record does not say what it included.
    private bool _keepsIncludes;

    /// <summary>Types of which everything that is granted stays.</summary>
    public HashSet<string> Kept { get; } = new(StringComparer.Ordinal);

    /// <summary>Notes a permitted request.</summary>
    public void Take(AuditRecord record)
    {
        var released = TypesReleased(record).ToList();
        NoteLabels(record, released);
        NoteElements(record, released);
        if (RecordedAccess.Read(record, options, out var why) is { } access)
        {
            _keepsIncludes |= IsUnsaid(record);
            foreach (var part in access.Parts)
            {
                // Asked for by its name it would be missed, also where nothing came of it.
                if (part is { Include: { } named, IsOfEveryInclude: false })
                {
                    _includes.Add(named);
                }

                // Of everything that a wildcard means, what came was used.
                if (!part.IsWildcard || released.Contains(part.Type.Name))
                {
                    Note(part);
                }
            }

            _alongside.UnionWith(released.Where(type => !access.Parts.Any(part => part.Type.Name == type)));
        }
        else
        {
            // What continues an earlier request is of the same kind; nobody can say which, so all of the type stays, and what came with it.
            _keepsIncludes |= why != RecordedAccess.PageOrJob;
            _alongside.UnionWith(released);
            if (record.ResourceType is { } type)
            {
                Kept.Add(type);
            }
        }
    }

    /// <summary>Whether a grant on a type is used by this word.</summary>
    public bool Uses(string type, string word) =>
        Kept.Contains(type) || _words.Contains((type, word)) || (word is Search or Read && _alongside.Contains(type));

    /// <summary>Whether an operation is used on a type.</summary>
    public bool UsesOperation(string type, string operation) => Kept.Contains(type) || _operations.Contains((type, operation));

    /// <summary>Whether an include is used, by its name or as one of all of its type.</summary>
    public bool UsesInclude(string include) =>
        _keepsIncludes
        || _includes.Contains(include)
        || _includes.Contains(include[..(include.IndexOf(':', StringComparison.Ordinal) + 1)] + "*");

    /// <summary>Whether a granted label, or one of its members, was let out with resources of a type.</summary>
    public bool UsesLabel(string type, string label) =>
        Kept.Contains(type) || _labels.Any(used => used.Type == type && LabelCover.Covers(label, used.Label));

    /// <summary>Whether an element was let out: all are where a request of the type named none.</summary>
    public bool UsesElement(string type, string element) =>
        Kept.Contains(type) || _whole.Contains(type) || _elements.Contains((type, element));

    /// <summary>Names of the types of what a record let out, once each.</summary>
    public static IEnumerable<string> TypesReleased(AuditRecord record) =>
        record
            .Resources.Select(static name => name.IndexOf('/', StringComparison.Ordinal) is > 0 and var at ? name[..at] : name)
            .Distinct(StringComparer.Ordinal);

    // A search by POST says in its body what it includes; records of before do not say it, nor does one that named too much.
    private static bool IsUnsaid(AuditRecord record) =>
        record is { Method: "POST", Interaction: { } interaction }
        && interaction.StartsWith(Search, StringComparison.Ordinal)
        && !AskedParameters.AreWhole(record)
        && !AskedForm.IsWhole(record);

    // Whose of several types a label was the record does not say: it counts for each of them.
    private void NoteLabels(AuditRecord record, List<string> released)
    {
        foreach (var label in record.Labels)
        {
            foreach (var type in released)
            {
                _labels.Add((type, label));
            }
        }
    }

    // What is asked for by name is of the type that is asked for; what comes along comes whole.
    private void NoteElements(AuditRecord record, List<string> released)
    {
        var asked = ElementsAsked(record.RawTarget) ?? AskedParameters.ValueOf(record, Elements)?.Split(',');
        foreach (var type in record.ResourceType is { } own ? released.Append(own) : released)
        {
            if (asked is null || type != record.ResourceType)
            {
                _whole.Add(type);
                continue;
            }

            _elements.UnionWith(asked.Select(element => (type, element)));
        }
    }

    private static string[]? ElementsAsked(string? target)
    {
        const string Name = Elements + "=";
        var query = target?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        return query < 0
            ? null
            : target!
                [(query + 1)..]
                .Split('&')
                .Where(static pair => pair.StartsWith(Name, StringComparison.Ordinal))
                .Select(static pair => Uri.UnescapeDataString(pair[Name.Length..]).Split(','))
                .FirstOrDefault();
    }

    private void Note(AccessPart part)
    {
        if (part.Type.IsNone)
        {
            return;
        }

        if (part.Include is { } include)
        {
            _includes.Add(include);
        }

        if (part.Operation is { } operation)
        {
            _operations.Add((part.Type.Name, operation));
        }

        if (GrantInteractions.Of(part.Interaction) is { } word)
        {
            _words.Add((part.Type.Name, word));
        }

        // Who is walked to is searched or read, as the rules of the day want it.
        if (part.Role != PartRole.Target)
        {
            _words.Add((part.Type.Name, Search));
            _words.Add((part.Type.Name, Read));
        }
    }
}
