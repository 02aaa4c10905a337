namespace PhiGateway.Sinks.Formats;

/// <summary>Names the formats that a configuration may ask for, and makes them.</summary>
internal static class EventFormats
{
    /// <summary>The format of a name; validated at start.</summary>
    public static IEventFormat Of(string name) =>
        name switch
        {
            "Ocsf" => new OcsfFormat(),
            "Cef" => new CefFormat(),
            "Json" => new JsonFormat(),
            _ => throw new ArgumentException("There is no such format.", nameof(name)),
        };
}
