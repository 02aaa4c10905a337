using System.Text.Json.Nodes;

namespace PhiGateway.Cli.Common;

/// <summary>Makes the body of a call out of options, of which those that were not given are left out.</summary>
internal static class CliBody
{
    /// <summary>The members that have a value, in their order.</summary>
    public static JsonObject Of(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                body[name] = value;
            }
        }

        return body;
    }
}
