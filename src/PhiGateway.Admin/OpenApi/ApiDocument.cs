using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PhiGateway.Admin.OpenApi;

/// <summary>The description of the admin API as bytes, the same that <c>/openapi/v1.json</c> answers; asked by the console's reference.</summary>
/// <remarks>Thread-safe; written once, since endpoints do not change while a node runs.</remarks>
internal sealed class ApiDocument(IOpenApiDocumentProvider provider)
{
    private byte[]? _written;

    /// <summary>OpenAPI 3.1 as JSON.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (_written is { } known)
        {
            return known;
        }

        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return _written = text.ToArray();
    }
}
