using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Finds the labels that a use case seems to name whose document cannot be read: its clients are closed, but that it names a label still says to
/// everybody else that there are records which bear it.
/// </summary>
/// <remarks>
/// From the present form alone, so that a node that starts anew knows the same labels as one that saw the document while it could be read.
/// </remarks>
internal static class LabelHints
{
    private const string Word = "label";

    /// <summary>No system, so that no grant permits it: some label is named, and nobody here can say which.</summary>
    internal static readonly TokenValue Some = new(SecurityLabel.Unknown.System, SecurityLabel.Unknown.Code);

    /// <summary>The labels, as grants name them; with <see cref="SecurityLabel.Unknown"/> where there is one that cannot be told.</summary>
    /// <param name="json">The stored form.</param>
    internal static IReadOnlyList<TokenValue> Of(string json)
    {
        var found = new List<TokenValue>();
        if (NewerForm.Parse(json) is { } form)
        {
            Find(form, isNamed: false, found);
        }
        else if (json.Contains(Word, StringComparison.OrdinalIgnoreCase) || json.Contains("\\u", StringComparison.OrdinalIgnoreCase))
        {
            found.Add(Some);
        }

        return found;
    }

    private static void Find(JsonNode? node, bool isNamed, List<TokenValue> found)
    {
        switch (node)
        {
            case JsonObject when isNamed:
                found.Add(Some);
                break;
            case JsonObject form:
                foreach (var (name, value) in form)
                {
                    Find(value, name.Contains(Word, StringComparison.OrdinalIgnoreCase), found);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Find(item, isNamed, found);
                }

                break;
            case JsonValue value when isNamed && value.GetValueKind() == JsonValueKind.String:
                found.Add(TokenValue.TryParse(value.GetValue<string>(), out var token) && token.Code is not null ? token : Some);
                break;
        }
    }
}
