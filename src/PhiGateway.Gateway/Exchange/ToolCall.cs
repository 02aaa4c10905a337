namespace PhiGateway.Gateway.Exchange;

/// <summary>Says by which tool an agent asked for a request; a feature of its HTTP context, set by the MCP door alone.</summary>
/// <param name="Name">The tool's name.</param>
internal sealed record ToolCall(string Name);
