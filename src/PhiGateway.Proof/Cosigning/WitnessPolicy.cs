using System.Globalization;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Cosigning;

/// <summary>
/// Which logs are trusted and which witnesses must have cosigned a checkpoint, as a file of C2SP tlog-policy says; for verifiers. Immutable.
/// </summary>
public sealed class WitnessPolicy
{
    /// <summary>Name of the quorum that asks for no witness.</summary>
    public const string NoQuorum = "none";

    private const int MostNames = 1000;

    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly List<NoteKey> _logs = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private string? _quorum;

    private WitnessPolicy() { }

    /// <summary>Keys of the logs that are trusted; empty: whichever is known from elsewhere.</summary>
    public IReadOnlyList<NoteKey> Logs => _logs;

    /// <summary>Whether any witness is asked for.</summary>
    public bool AsksForWitnesses => _quorum != NoQuorum;

    /// <summary>Reads a policy file; null, with the first problem in words, when it is none.</summary>
    public static WitnessPolicy? Parse(string text, out string? problem)
    {
        var policy = new WitnessPolicy();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            var wrong = line.Any(static c => c < ' ' && c != '\t') ? "a control character" : policy.Read(words);
            if (wrong is not null)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: {wrong}");
                return null;
            }
        }

        problem = policy._quorum is null ? "there is no quorum line" : null;
        return problem is null ? policy : null;
    }

    /// <summary>Whether a checkpoint is signed by a log that is trusted.</summary>
    public bool KnowsLogOf(SignedNote note) => _logs.Count == 0 || _logs.Exists(note.IsSignedBy);

    /// <summary>Whether enough witnesses have cosigned a checkpoint.</summary>
    public bool IsMet(SignedNote note) => !AsksForWitnesses || _members[_quorum!].HasSeen(note);

    private string? Read(string[] words) =>
        words switch
        {
            ["log", _] or ["log", _, _] => AddLog(words[1]),
            ["witness", _, _] or ["witness", _, _, _] => AddWitness(words[1], words[2]),
            ["group", var name, var least, .. var members] => AddGroup(name, least, members),
            ["quorum", var name] => SetQuorum(name),
            _ => "it is neither log nor witness nor group nor quorum",
        };

    private string? AddLog(string text)
    {
        if (NoteKey.Parse(text) is not { } key)
        {
            return "the log's key cannot be read";
        }

        _logs.Add(key);
        return _keys.Add("log " + Convert.ToHexString(key.PublicBytes)) ? null : "the log's key stands twice";
    }

    private string? AddWitness(string name, string text)
    {
        if (WitnessKey.Parse(text) is not { } key)
        {
            return "the witness's key cannot be read; keys of Ed25519 and ML-DSA-44 are known";
        }

        return _keys.Add("witness " + Convert.ToHexString(key.PublicBytes))
            ? AddMember(name, new Member(key, 1, []))
            : "the witness's key stands twice";
    }

    private string? AddGroup(string name, string least, string[] names)
    {
        var members = new List<Member>();
        foreach (var one in names)
        {
            if (!_members.TryGetValue(one, out var member))
            {
                return $"{one} is not defined before";
            }

            if (!_used.Add(one))
            {
                return $"{one} is a member twice";
            }

            members.Add(member);
        }

        var count = least switch
        {
            "any" => 1,
            "all" => members.Count,
            _ => int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
        };
        if (count < 1 || count > members.Count)
        {
            return "the group asks for another number than it has members";
        }

        return count <= Member.CountOf(members)
            ? AddMember(name, new Member(null, count, members))
            : "the group asks for more witnesses than it has: the keys of one witness count once";
    }

    private string? AddMember(string name, Member member)
    {
        if (_members.Count >= MostNames)
        {
            return "there are too many witnesses and groups";
        }

        return name != NoQuorum && _members.TryAdd(name, member) ? null : $"{name} is taken";
    }

    private string? SetQuorum(string name)
    {
        if (_quorum is not null)
        {
            return "there is a quorum line already";
        }

        _quorum = name;
        return name == NoQuorum || _members.ContainsKey(name) ? null : $"{name} is not defined before";
    }

    /// <summary>A witness, or a group of members of which so many must have seen a checkpoint.</summary>
    private sealed record Member(WitnessKey? Key, int Least, IReadOnlyList<Member> Members)
    {
        private readonly HashSet<string> _names = Key is null ? [.. Members.SelectMany(static member => member._names)] : [Key.Name];

        public bool HasSeen(SignedNote note) => NamesThatSaw(note).Count > 0;

        /// <summary>How many of the members can count at most.</summary>
        public static int CountOf(IEnumerable<Member> members) => CountOf(members.Select(static member => member._names));

        // A witness that signs by two algorithms has two keys under its one name, and has looked once: each that counts brings a new name.
        private static int CountOf(IEnumerable<HashSet<string>> seen)
        {
            var counted = new HashSet<string>(StringComparer.Ordinal);
            var count = 0;
            foreach (var names in seen.OrderBy(static names => names.Count).Where(names => !names.IsSubsetOf(counted)))
            {
                counted.UnionWith(names);
                count++;
            }

            return count;
        }

        // Empty: not enough.
        private HashSet<string> NamesThatSaw(SignedNote note)
        {
            if (Key is not null)
            {
                return Key.CosignedAt(note) is null ? [] : _names;
            }

            var seen = Members.Select(member => member.NamesThatSaw(note)).ToList();
            return CountOf(seen) >= Least ? [.. seen.SelectMany(static names => names)] : [];
        }
    }
}
