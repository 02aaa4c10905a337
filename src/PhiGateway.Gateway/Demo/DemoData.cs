namespace PhiGateway.Gateway.Demo;

/// <summary>The CC0 example resources that ship with the gateway for its demonstration.</summary>
internal static class DemoData
{
    /// <summary>One resource per line.</summary>
    public static IEnumerable<string> Lines()
    {
        using var stream =
            typeof(DemoData).Assembly.GetManifestResourceStream("PhiGateway.Gateway.Demo.Data.resources.ndjson")
            ?? throw new InvalidOperationException("The sample data is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
