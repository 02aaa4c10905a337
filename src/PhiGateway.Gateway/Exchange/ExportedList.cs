using System.Globalization;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>All files of one type in one list of an export's manifest: what a client is given as one file where some of it may stay.</summary>
/// <remarks>
/// Of very many files it is a share: what must be read within the life of one token has an end, and into as many shares as ever, whatever the
/// server wrote.
/// </remarks>
/// <param name="Name">The list: <c>output</c>, <c>deleted</c>, <c>error</c>.</param>
/// <param name="Type">The type that the manifest says of them.</param>
/// <param name="Share">Which share of the files, from 1; 0: all of them.</param>
internal readonly record struct ExportedList(string Name, ResourceType Type, int Share = 0)
{
    /// <summary>Into how many shares a list of more files than this is divided.</summary>
    public const int Shares = 16;

    // No address of the upstream holds one.
    private const char Between = '\n';

    /// <summary>The place of such a file: that of the job whose manifest lists it, and which of its lists is meant.</summary>
    public string PlaceIn(string job) => $"{job}{Between}{Name}{Between}{Type.Name}{Between}{Share.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Reads such a place back; null, and the place itself, when it is one of the upstream's.</summary>
    public static ExportedList? Read(string place, out string job)
    {
        var parts = place.Split(Between);
        job = parts[0];
        return
            parts is [_, var name, var type, var share]
            && ResourceType.TryParse(type, out var known)
            && int.TryParse(share, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= Shares
            ? new ExportedList(name, known, number)
            : null;
    }
}
