using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>Reads stored documents for the control plane exactly as nodes read them for a snapshot.</summary>
public static class StoredBody
{
    /// <summary>The entity; null when it cannot be read, then the problem says why.</summary>
    public static IRegistryEntity? Read(RegistryItem item, out RegistryProblem? problem)
    {
        (var entity, problem) = EntityReader.Read(item);
        return entity;
    }

    /// <summary>
    /// The labels that a use case seems to name whose body cannot be read; <see cref="SecurityLabel.Unknown"/> where it cannot be told which.
    /// </summary>
    public static IReadOnlyList<TokenValue> LabelsIn(string json) => LabelHints.Of(json);

    /// <summary>
    /// The client that a document of a client seems to belong to whose body cannot be read: it closes that client. Null: it cannot be told.
    /// </summary>
    public static string? ClientIn(string json) => EntityReader.GuessClient(json);

    /// <summary>The body as JSON with everything that stands in it, also what this version does not know; what is no object is empty.</summary>
    public static JsonObject Whole(string json) => NewerForm.Parse(json) ?? [];

    /// <summary>
    /// The body as JSON without its notes (members whose name begins with an underscore), which mean nothing for access; what is no object
    /// is empty.
    /// </summary>
    public static JsonObject WithoutNotes(string json)
    {
        var form = NewerForm.Parse(json) ?? [];
        NewerForm.RemoveNotes(form);
        return form;
    }
}
