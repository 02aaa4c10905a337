using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>Reads lists of words as several documents write them: types and hours, with each wrong word named at its place.</summary>
internal static class ListReading
{
    /// <summary>Types of FHIR R4.</summary>
    internal static ResourceTypeSet Types(IReadOnlyList<string> written, string path, List<RegistryProblem> problems)
    {
        var types = default(ResourceTypeSet);
        for (var place = 0; place < written.Count; place++)
        {
            if (ResourceType.TryParse(written[place], out var type))
            {
                types = types.With(type);
            }
            else
            {
                problems.Add(new RegistryProblem($"{path}/types/{place}", "Not a resource type of FHIR R4."));
            }
        }

        return types;
    }

    /// <summary>Windows of the day.</summary>
    /// <param name="written">As they are written.</param>
    /// <param name="path">Of the document that has them.</param>
    /// <param name="clock">By which clock, for the message, with a blank before; empty: the document's own.</param>
    /// <param name="problems">Receives what is wrong.</param>
    internal static HourWindow[] Hours(IReadOnlyList<string> written, string path, string clock, List<RegistryProblem> problems)
    {
        var hours = new HourWindow[written.Count];
        for (var place = 0; place < hours.Length; place++)
        {
            if (!HourWindow.TryParse(written[place], out hours[place]))
            {
                problems.Add(
                    new RegistryProblem($"{path}/hours/{place}", $"Not a window of the day{clock}, HH:mm-HH:mm, such as 06:00-18:30.")
                );
            }
        }

        return hours;
    }
}
