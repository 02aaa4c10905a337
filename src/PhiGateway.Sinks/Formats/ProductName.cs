namespace PhiGateway.Sinks.Formats;

/// <summary>How the product calls itself in every format.</summary>
internal static class ProductName
{
    public const string Name = "PHI Gateway";

    public const string App = "phi-gateway";

    /// <summary>Its version, without build metadata.</summary>
    public static string Version { get; } = typeof(ProductName).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
