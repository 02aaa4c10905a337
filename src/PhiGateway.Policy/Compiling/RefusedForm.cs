using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Says what is read in the place of a stored document that is not believed, since its seal is wrong or since it was put back to an earlier
/// form. Takes the document, gives a form that no kind can be read from; called by whoever refuses one.
/// </summary>
/// <remarks>
/// Security: nothing of it counts for access, and whom it closes stays closed. An approval or a review that belonged to nobody would let the one
/// before it count again; a use case without its labels would show to others what bears them.
/// </remarks>
public static class RefusedForm
{
    // Says nothing that could be read as an entity of any kind, and nothing of a newer version.
    private const string Nothing = "{}";

    /// <summary>The form: without an id, so that it is nobody's document, with the client or the labels that it seems to name.</summary>
    /// <param name="item">The document as it is stored.</param>
    public static string Of(RegistryItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Kind switch
        {
            RegistryKind.Approval or RegistryKind.Review => OfClient(EntityReader.GuessClient(item.Json)),
            RegistryKind.UseCase => OfLabels(item.Json),
            _ => Nothing,
        };
    }

    private static string OfClient(string? client) => client is null ? Nothing : new JsonObject { ["client"] = client }.ToJsonString();

    // As they are found in any other use case that cannot be read (LabelHints); one that cannot be told is an object.
    private static string OfLabels(string json)
    {
        var labels = LabelHints.Of(json);
        if (labels.Count == 0)
        {
            return Nothing;
        }

        var named = labels.Select(static label => label == LabelHints.Some ? new JsonObject() : (JsonNode)label.ToString());
        return new JsonObject { ["labels"] = new JsonArray([.. named]) }.ToJsonString();
    }
}
