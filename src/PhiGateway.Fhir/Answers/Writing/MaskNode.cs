using System.Collections.Frozen;
using System.Text;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>A tree of masked paths by member name; a leaf is masked, whatever lies below it. Immutable.</summary>
internal sealed class MaskNode
{
    private readonly (byte[] Name, MaskNode Node)[] _children;

    private MaskNode((byte[] Name, MaskNode Node)[] children) => _children = children;

    /// <summary>Nothing below is told apart: all of it is masked.</summary>
    public bool IsLeaf => _children.Length == 0;

    /// <summary>The tree of some paths; a choice element is known by its base and by each of its concrete names.</summary>
    public static MaskNode Of(IEnumerable<string> paths) => Build([.. paths.Select(static path => path.Split('.'))], 0);

    /// <summary>What either masks; null: neither masks anything.</summary>
    public static MaskNode? Both(MaskNode? one, MaskNode? other)
    {
        if (one is null || other is null)
        {
            return one ?? other;
        }

        if (one.IsLeaf || other.IsLeaf)
        {
            return one.IsLeaf ? one : other;
        }

        var children = one._children.Select(child => (child.Name, Both(child.Node, other.Find(child.Name))!));
        return new MaskNode([.. children, .. other._children.Where(child => one.Find(child.Name) is null)]);
    }

    /// <summary>What is masked below a member, given without its underscore; null: nothing.</summary>
    public MaskNode? Find(ReadOnlySpan<byte> member)
    {
        foreach (var (name, node) in _children)
        {
            // In any letter case: another reader may take it for the element that is masked.
            if (Ascii.EqualsIgnoreCase(member, name))
            {
                return node;
            }
        }

        return null;
    }

    private static MaskNode Build(string[][] paths, int depth)
    {
        // A path that ends here masks everything that longer ones would tell apart.
        if (Array.Exists(paths, path => path.Length == depth))
        {
            return new MaskNode([]);
        }

        var children = paths
            .GroupBy(path => path[depth], StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, group => Build([.. group], depth + 1), StringComparer.Ordinal);
        var names = children.SelectMany(static child =>
            ChoiceTypes.All.Select(type => KeyValuePair.Create(child.Key + type, child.Value)).Prepend(child)
        );
        return new MaskNode([
            .. names
                .DistinctBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(static pair => (Encoding.ASCII.GetBytes(pair.Key), pair.Value)),
        ]);
    }
}
