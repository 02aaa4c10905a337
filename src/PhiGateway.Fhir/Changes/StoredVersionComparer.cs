using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// Compares the stored version of a resource with the one that an update would store: whose it is and how it is labelled must not change
/// unnoticed.
/// </summary>
/// <remarks>
/// Pure. Small parts are compared as documents, whose members may stand in any order: a client that writes them differently changes
/// nothing.
/// </remarks>
public static class StoredVersionComparer
{
    /// <summary>What the update changes.</summary>
    /// <param name="stored">The stored version.</param>
    /// <param name="updated">The version that would replace it; may lack its id only on conditional updates, which is reported as a
    /// change.</param>
    /// <param name="context">Bases and depth.</param>
    public static ProtectedChanges Compare(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> updated, FhirContext context)
    {
        var before = new ResourceFacts();
        var after = new ResourceFacts();
        if (
            !ResourceScanner.TryScan(stored, LabelPolicy.Instance, context, before)
            || !ResourceScanner.TryScan(updated, LabelPolicy.Instance, context, after)
        )
        {
            return ProtectedChanges.Unreadable;
        }

        var changes = ProtectedChanges.None;
        changes |= before.Type == after.Type ? 0 : ProtectedChanges.Type;
        changes |= before.Id == after.Id ? 0 : ProtectedChanges.Id;
        changes |= SameTokens(before, after, "_tag") ? 0 : ProtectedChanges.Tags;
        changes |=
            SameTokens(before, after, "_security")
            && before.Confidentiality == after.Confidentiality
            && SameSet(before.Labels, after.Labels)
                ? 0
                : ProtectedChanges.Labels;
        changes |= SameOwner(before, after, stored, updated, Bases.Of(context)) ? 0 : ProtectedChanges.Owner;
        changes |= before.Type.Name is not ("Patient" or "Person") || SameMember(stored, updated, "link") ? 0 : ProtectedChanges.Link;
        return changes;
    }

    /// <summary>
    /// Whether a change below a top-level element could change whose record it is, how it is labelled, or what it is joined to; in any
    /// letter case, since lenient upstreams match names so.
    /// </summary>
    public static bool IsProtected(ResourceType type, string element) =>
        element.TrimStart('_').ToLowerInvariant()
            is "id"
                or "resourcetype"
                or "meta"
                or "contained"
                or "extension"
                or "modifierextension"
                or "link"
                or "confidentiality"
                or "securitylabel"
                or "provision"
        || HoldsRecords(type, element)
        || OwnerRoots(type).Concat(IndirectRoots(type)).Contains(element.TrimStart('_'), StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a change below these top-level elements could change whose record it is through other elements than the owner's: where the
    /// stored version belongs to the patients whom it names elsewhere, or to nobody as long as it names none there.
    /// </summary>
    /// <param name="stored">The stored version; what cannot be read counts as one that could.</param>
    /// <param name="type">Its type.</param>
    /// <param name="elements">Top-level members, in any letter case.</param>
    /// <param name="context">Bases and depth.</param>
    public static bool TouchesOtherOwners(
        ReadOnlySpan<byte> stored,
        ResourceType type,
        IReadOnlyCollection<string> elements,
        FhirContext context
    )
    {
        var others = PatientPathTable
            .Instance.For(type)
            .Others.Select(static path => path.Split('.')[0])
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!elements.Any(element => others.Contains(element.TrimStart('_'))))
        {
            return false;
        }

        var reader = ResourceReader.Rent();
        try
        {
            return !reader.TryReadWhole(stored, LabelPolicy.Instance, Bases.Of(context), reader.Facts) || reader.Owners.CountsOthers;
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    /// <summary>
    /// Whether there is an inline label (HL7 DS4P) in a JSON value: a patch that replaces what holds one would take it away, one that holds
    /// one itself would set it.
    /// </summary>
    /// <param name="json">A resource or a patch; what cannot be read counts as holding one.</param>
    /// <param name="elements">Top-level members to look into, in any letter case; null: all of it.</param>
    public static bool HoldsInlineLabel(ReadOnlySpan<byte> json, IReadOnlyCollection<string>? elements)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
            var root = JsonElement.ParseValue(ref reader);
            return elements is null
                ? NamesLabel(root)
                : root.ValueKind == JsonValueKind.Object
                    && root.EnumerateObject()
                        .Any(member =>
                            elements.Contains(member.Name.TrimStart('_'), StringComparer.OrdinalIgnoreCase) && NamesLabel(member.Value)
                        );
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name or a text that is none, such as half of a surrogate pair.
            return true;
        }
    }

    private static bool NamesLabel(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.EndsWith("inline-sec-label", StringComparison.Ordinal),
            JsonValueKind.Array => value.EnumerateArray().Any(NamesLabel),
            JsonValueKind.Object => value.EnumerateObject().Any(static member => NamesLabel(member.Value)),
            _ => false,
        };

    // What a Bundle or Parameters hold has owners and labels of its own, and the whole is judged by these.
    private static bool HoldsRecords(ResourceType type, string element) =>
        (type == ResourceType.Bundle && element.TrimStart('_').Equals("entry", StringComparison.OrdinalIgnoreCase))
        || (type == ResourceType.Parameters && element.TrimStart('_').Equals("parameter", StringComparison.OrdinalIgnoreCase));

    /// <summary>Top-level elements that say whose record a resource of the type is.</summary>
    internal static IEnumerable<string> OwnerRoots(ResourceType type) =>
        PatientPathTable.Instance.For(type).Owner.Select(static path => path.Split('.')[0]).Distinct();

    // Of a type that has no element for whose it is: what it hangs on, or is about (a payment of a claim), says so in its place.
    private static IEnumerable<string> IndirectRoots(ResourceType type)
    {
        if (OwnerHop.Of(type) is { } hop)
        {
            return [hop.Element];
        }

        // What Parameters hold is protected as such.
        var paths = PatientPathTable.Instance.For(type);
        return paths is { Indirect: true, Owner: [] } && type != ResourceType.Parameters
            ? paths.Others.Select(static path => path.Split('.')[0]).Distinct()
            : [];
    }

    private static bool SameOwner(
        ResourceFacts before,
        ResourceFacts after,
        ReadOnlySpan<byte> stored,
        ReadOnlySpan<byte> updated,
        Bases bases
    )
    {
        if (before.Owner != after.Owner)
        {
            return false;
        }

        if (before.Owner == OwnerState.Known)
        {
            return SameSet(before.Owners, after.Owners);
        }

        // Not established in either: the same only when the very elements are.
        foreach (var root in OwnerRoots(before.Type))
        {
            if (!SameMember(stored, updated, root))
            {
                return false;
            }
        }

        foreach (var root in IndirectRoots(before.Type))
        {
            var isHop = OwnerHop.Of(before.Type) is not null;
            if (!SameMember(stored, updated, root) && !SameRecords(stored, updated, root, isHop, bases))
            {
                return false;
            }
        }

        return SameMember(stored, updated, "contained");
    }

    // The same records of this server, however they are written and whatever stands beside them.
    private static bool SameRecords(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> updated, string root, bool needsOne, Bases bases)
    {
        var (before, after) = (RecordsIn(stored, root, bases), RecordsIn(updated, root, bases));
        return before.SetEquals(after) && (before.Count > 0 || !needsOne);
    }

    private static HashSet<ResourceName> RecordsIn(ReadOnlySpan<byte> resource, string root, Bases bases) =>
        [.. RecordNames.WithElements(resource, bases).Where(named => named.Element == root).Select(static named => named.Name)];

    private static bool SameTokens(ResourceFacts before, ResourceFacts after, string parameter) =>
        SameSet(
            before.Tokens.Where(token => token.Parameter == parameter).ToList(),
            after.Tokens.Where(token => token.Parameter == parameter).ToList()
        );

    private static bool SameSet<T>(IReadOnlyList<T> before, IReadOnlyList<T> after) => before.ToHashSet().SetEquals(after);

    private static bool SameMember(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> updated, string member)
    {
        var before = Member(stored, member);
        var after = Member(updated, member);
        return before is { } one && after is { } other ? SameJson.Is(one, other) : before is null && after is null;
    }

    private static JsonElement? Member(ReadOnlySpan<byte> resource, string member)
    {
        var reader = new Utf8JsonReader(resource, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = JsonText.Is(in reader, member);
            reader.Read();
            if (found)
            {
                return JsonElement.ParseValue(ref reader);
            }

            reader.Skip();
        }

        return null;
    }

    // Asks the scanner for tags and labels as they stand.
    private sealed class LabelPolicy : ReleasePolicy
    {
        private static readonly string[] Asked = ["_tag", "_security"];

        public static LabelPolicy Instance { get; } = new();

        public override ResourceTypeSet Types => default;

        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => Asked;

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.Of([]);

        public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Withheld(WithholdReason.NotCovered);
    }
}
