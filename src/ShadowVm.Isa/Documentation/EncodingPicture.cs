using System.Globalization;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Documentation;

/// <summary>Boxes with bit numbers above, as manuals draw them, in SVG.</summary>
internal static class EncodingPicture
{
    private const int Wide = 832;
    private const double Letter = 7.6; // width of a letter at the size of the labels
    private const int Numbers = 16;
    private const int Flat = 30;

    /// <summary>An encoding, each bit as wide as the others.</summary>
    /// <param name="boxes">Its boxes, the highest bits first.</param>
    /// <param name="bits">Bits of the whole.</param>
    /// <param name="label">What it shows, for who can't see it.</param>
    public static string Draw(IReadOnlyList<EncodingBox> boxes, int bits, string label)
    {
        var step = bits <= 16 ? 40.0 : (double)Wide / bits;
        return Draw(boxes, box => box.Width * step, label);
    }

    /// <summary>A register with fields that may be far apart: as wide as what is written in them.</summary>
    /// <param name="boxes">Its boxes, the highest bits first.</param>
    /// <param name="label">What it shows, for who can't see it.</param>
    public static string DrawFields(IReadOnlyList<EncodingBox> boxes, string label) => Draw(
        boxes, box => Math.Max(box.Text.Length * Letter + 14, box.Width == 1 ? 26 : 44), label);

    private static string Draw(IReadOnlyList<EncodingBox> boxes, Func<EncodingBox, double> widthOf, string label)
    {
        var (height, whole) = (Flat, 2.0);
        foreach (var box in boxes)
        {
            whole += widthOf(box);
            if (IsUpright(box, widthOf(box)))
                height = Math.Max(height, (int)(box.Text.Length * Letter) + 14);
        }

        var html = new Html();
        html.Raw($"<svg class=\"enc\" viewBox=\"0 0 {Number(whole)} {Numbers + height + 2}\" ")
            .Raw($"style=\"max-width:{Number(whole)}px\" role=\"img\" aria-label=\"{Html.Escape(label)}\">");
        var right = 1.0;
        foreach (var box in boxes)
        {
            var width = widthOf(box);
            var left = right;
            right += width;
            html.Raw($"<rect class=\"{Style(box.Kind)}\" x=\"{Number(left)}\" y=\"{Numbers}\" ")
                .Raw($"width=\"{Number(width)}\" height=\"{height}\"/>");
            if (box.Width == 1)
            {
                Put(html, "no mid", left + width / 2, Numbers - 4, $"{box.High}", "");
            }
            else
            {
                Put(html, "no", left + 3, Numbers - 4, $"{box.High}", "");
                Put(html, "no end", left + width - 3, Numbers - 4, $"{box.Low}", "");
            }

            var (x, y) = (left + width / 2, Numbers + height / 2.0);
            if (IsUpright(box, width))
            {
                Put(html, Letters(box.Kind), x + 4.5, y, box.Text, $" transform=\"rotate(-90 {Number(x + 4.5)} {Number(y)})\"");
            }
            else if (box.Kind == ElementKind.Fixed)
            {
                for (var i = 0; i < box.Text.Length; i++)
                    Put(html, Letters(box.Kind), left + (i + 0.5) * width / box.Width, y + 5, box.Text[i..(i + 1)], "");
            }
            else
            {
                Put(html, Letters(box.Kind), x, y + 5, box.Kind == ElementKind.Ignored ? "–" : box.Text, "");
            }
        }

        return html.Raw("</svg>\n").ToString();
    }

    private static bool IsUpright(EncodingBox box, double width) =>
        box.Kind is not (ElementKind.Fixed or ElementKind.Ignored) && box.Text.Length * Letter > width - 4;

    private static string Style(ElementKind kind) => kind switch
    {
        ElementKind.Fixed => "fix",
        ElementKind.Ignored => "any",
        _ => "fld",
    };

    private static string Letters(ElementKind kind) => kind == ElementKind.Fixed ? "bit mid" : "lab mid";

    private static void Put(Html html, string style, double x, double y, string text, string more) => html
        .Raw($"<text class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\"{more}>").Text(text).Raw("</text>");

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
