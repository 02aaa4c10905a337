using Microsoft.AspNetCore.Http;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// How the MCP door hands a message that is none to the pipeline, which refuses it on the record; given by the data plane's composition,
/// since the door knows no stage.
/// </summary>
/// <param name="IsDue">Whether a request is marked already.</param>
/// <param name="Mark">Marks it.</param>
internal sealed record McpRefusal(Predicate<HttpContext> IsDue, Action<HttpContext, McpFlaw> Mark);

/// <summary>Why a message is none.</summary>
internal enum McpFlaw
{
    /// <summary>It cannot be read in one way.</summary>
    Message,

    /// <summary>Its headers say another thing.</summary>
    Headers,

    /// <summary>A browser's page sent it.</summary>
    Origin,

    /// <summary>It is too large.</summary>
    TooLarge,

    /// <summary>It did not come in time.</summary>
    Slow,
}
