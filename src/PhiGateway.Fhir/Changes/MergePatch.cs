using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// Reads a JSON merge patch (RFC 7396) and applies it to the stored version here: members replace members, null takes away, lists are
/// replaced whole.
/// </summary>
internal sealed class MergePatch : PatchMeaning
{
    private readonly JsonElement _patch;

    private MergePatch(JsonElement patch)
    {
        _patch = patch;
        Touched = PatchElements.Of(patch.EnumerateObject().Select(static member => member.Name));
    }

    public override IReadOnlyList<string> Touched { get; }

    public override ReadOnlyMemory<byte> Rewritten => PatchText.Write(_patch.WriteTo);

    public override string MediaType => "application/merge-patch+json";

    internal static Refusal? Read(JsonElement patch, out PatchMeaning? meaning)
    {
        meaning = null;
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return Refusal.Body("merge patch is not an object");
        }

        var read = new MergePatch(patch.Clone());
        meaning = read;
        return PatchElements.Check(read.Touched);
    }

    public override PatchOutcome Apply(ReadOnlySpan<byte> stored, int most, out byte[] result)
    {
        result = [];
        if (PatchText.Read(stored) is not { } root)
        {
            return PatchOutcome.NotApplicable;
        }

        Merge(root, _patch);
        result = PatchText.Write(root);
        return result.Length <= most ? PatchOutcome.Applied : PatchOutcome.TooLarge;
    }

    private static JsonObject Merge(JsonObject target, JsonElement patch)
    {
        foreach (var member in patch.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    target.Remove(member.Name);
                    break;
                case JsonValueKind.Object when target[member.Name] is JsonObject inner:
                    Merge(inner, member.Value);
                    break;
                case JsonValueKind.Object:
                    target[member.Name] = Merge([], member.Value);
                    break;
                case JsonValueKind.Array:
                    target[member.Name] = JsonArray.Create(member.Value.Clone());
                    break;
                default:
                    target[member.Name] = JsonValue.Create(member.Value.Clone());
                    break;
            }
        }

        return target;
    }
}
