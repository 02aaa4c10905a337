using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd;

/// <summary>An answer as it stood on the wire.</summary>
internal sealed record RawReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>A header's only value; null when it is absent.</summary>
    public string? Header(string name) => Headers.SingleOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The decision id; null when the answer is the server's own, from before any of our code.</summary>
    public string? DecisionId => Header("X-Request-Id");

    /// <summary>Whether the peer says that it closes.</summary>
    public bool Closes => string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    /// <summary>Code of the refusal, in either form of body; null when it is none.</summary>
    public string? Code =>
        !Body.StartsWith('{') ? null
        : JsonNode.Parse(Body) is not { } json ? null
        : json["resourceType"]?.GetValue<string>() == "OperationOutcome"
            ? json["issue"]?[0]?["details"]?["coding"]?[0]?["code"]?.GetValue<string>()
        : json["type"]?.GetValue<string>().Split(':')[^1];
}
