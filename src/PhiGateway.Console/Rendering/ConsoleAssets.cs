using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Console.Rendering;

/// <summary>Sheet, script and icon of the console, read once from the assembly.</summary>
internal static class ConsoleAssets
{
    /// <summary>The one style sheet.</summary>
    public static byte[] Sheet { get; } = Load("console.css");

    /// <summary>The one script module.</summary>
    public static byte[] Script { get; } = Load("console.js");

    /// <summary>The icon of the tab.</summary>
    public static byte[] Icon { get; } =
        Encoding.UTF8.GetBytes(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f4fa3"/>
            <path d="M4 3h2v10H4zM10 3h2v10h-2zM6 7h4v2H6z" fill="#fff"/></svg>
            """
        );

    /// <summary>Changes whenever one of them does, so that they may be kept for long.</summary>
    public static string Version { get; } = Convert.ToHexStringLower(SHA256.HashData([.. Sheet, .. Script]).AsSpan(0, 6));

    /// <summary>One file of this assembly.</summary>
    public static byte[] Load(string name)
    {
        using var stream =
            typeof(ConsoleAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of this build.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
