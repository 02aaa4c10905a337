using System.IO.Compression;
using System.Security.Cryptography;
using PhiGateway.Console.Rendering;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace PhiGateway.Console.Pages.Reference;

/// <summary>Swagger UI's sheet and script out of its package, and the lines that start it; read when the reference is first opened.</summary>
internal static class ReferenceAssets
{
    private const string Folder = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    /// <summary>The package's style sheet.</summary>
    public static byte[] Sheet { get; } = OfPackage("swagger-ui.css");

    /// <summary>The package's script.</summary>
    public static byte[] Bundle { get; } = OfPackage("swagger-ui-bundle.js");

    /// <summary>Our own lines.</summary>
    public static byte[] Start { get; } = ConsoleAssets.Load("reference.js");

    /// <summary>Our own sheet around it.</summary>
    public static byte[] Frame { get; } = ConsoleAssets.Load("reference.css");

    /// <summary>Changes whenever one of them does.</summary>
    public static string Version { get; } =
        Convert.ToHexStringLower(SHA256.HashData([.. Sheet, .. Bundle, .. Start, .. Frame]).AsSpan(0, 6));

    // The package holds its files packed, and says so nowhere but in their first bytes.
    private static byte[] OfPackage(string name)
    {
        using var stream =
            typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"{name} is not part of the package of Swagger UI.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        bytes.Position = 0;
        if (bytes.ReadByte() != 0x1f || bytes.ReadByte() != 0x8b)
        {
            return bytes.ToArray();
        }

        bytes.Position = 0;
        using var packed = new GZipStream(bytes, CompressionMode.Decompress);
        using var text = new MemoryStream();
        packed.CopyTo(text);
        return text.ToArray();
    }
}
