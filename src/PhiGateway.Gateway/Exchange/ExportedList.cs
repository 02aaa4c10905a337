using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>All files of one type in one list of an export's manifest: what a client is given as one file where some of it may stay.</summary>
/// <param name="Name">The list: <c>output</c>, <c>deleted</c>, <c>error</c>.</param>
/// <param name="Type">The type that the manifest says of them.</param>
internal readonly record struct ExportedList(string Name, ResourceType Type)
{
    // No address of the upstream holds one.
    private const char Between = '\n';

    /// <summary>The place of such a file: that of the job whose manifest lists it, and which of its lists is meant.</summary>
    public string PlaceIn(string job) => $"{job}{Between}{Name}{Between}{Type.Name}";

    /// <summary>Reads such a place back; null, and the place itself, when it is one of the upstream's.</summary>
    public static ExportedList? Read(string place, out string job)
    {
        var parts = place.Split(Between);
        job = parts[0];
        return parts is [_, var name, var type] && ResourceType.TryParse(type, out var known) ? new ExportedList(name, known) : null;
    }
}
