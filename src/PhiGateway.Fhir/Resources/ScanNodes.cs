using System.Text;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>The nodes that all path trees share, so that extensions and references are found at any depth.</summary>
internal static class ScanNodes
{
    public const int ReferenceSlot = 0;
    public const int TypeSlot = 1;
    public const int SystemSlot = 0;
    public const int CodeSlot = 1;
    public const int ValueSlot = 2;
    public const int UrlSlot = 0;

    /// <summary>An element without a meaning of its own; its children are those that mean the same everywhere.</summary>
    public static ScanNode Anything { get; } = BuildAnything();

    /// <summary>The node of a member, by the innermost tree that knows it.</summary>
    public static ScanNode Next(ScanNode node, ulong key, ReadOnlySpan<byte> name) =>
        node.Find(key, name) ?? Anything.Find(key, name) ?? Anything;

    /// <summary>Adds an element of type Reference.</summary>
    public static void AddReference(ScanNode parent, string name, ScanRole role)
    {
        var node = parent.Add(name, new ScanNode { Role = role });
        node.Add(
            "reference",
            new ScanNode
            {
                Role = ScanRole.ReferenceText,
                Slot = ReferenceSlot,
                Strict = true,
            }
        );
        node.Add("type", new ScanNode { Slot = TypeSlot, Strict = true });
    }

    /// <summary>Makes a node capture system, code and value of a Coding, an Identifier or their kin.</summary>
    public static void CaptureCoding(ScanNode node, bool strict)
    {
        Capture(node, "system", SystemSlot, strict);
        Capture(node, "code", CodeSlot, strict);
        Capture(node, "value", ValueSlot, strict: false);
    }

    private static void Capture(ScanNode node, string name, int slot, bool strict)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var child = node.Find(NameKey.Of(bytes), bytes) ?? node.Add(name, new ScanNode { Slot = slot });
        child.Strict |= strict;
    }

    private static ScanNode BuildAnything()
    {
        var anything = new ScanNode { IsOpen = true };
        var extension = anything.Add("extension", new ScanNode { Role = ScanRole.Extension });
        anything.Add("modifierExtension", extension);
        anything.Add("reference", new ScanNode { Role = ScanRole.ReferenceText });
        anything.Add("div", new ScanNode { Role = ScanRole.Narrative });

        extension.Add("url", new ScanNode { Slot = UrlSlot, Strict = true });
        var coding = extension.Add("valueCoding", new ScanNode { Role = ScanRole.InlineCoding });
        CaptureCoding(coding, strict: true);
        extension.Add("valueCodeableConcept", new ScanNode()).Add("coding", coding);
        return anything;
    }
}
