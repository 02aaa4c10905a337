using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>The state of one open JSON object while a resource is read.</summary>
internal struct ScanFrame
{
    public ScanNode Node;

    /// <summary>Node of the member whose value comes next, or of the elements of the open array.</summary>
    public ScanNode Pending;

    /// <summary>The program of the resource this object belongs to: the resource's own, or a contained one's.</summary>
    public ScanProgram Program;

    public ulong Bloom;
    public int NamesStart;

    /// <summary>How many codings of extensions were waiting when this object was opened.</summary>
    public int InlineStart;

    public bool InArray;
    public bool Contained;
    public TextSpan First;
    public TextSpan Second;
    public TextSpan Third;

    public void Capture(int slot, TextSpan text)
    {
        switch (slot)
        {
            case 0:
                First = text;
                break;
            case 1:
                Second = text;
                break;
            default:
                Third = text;
                break;
        }
    }
}
