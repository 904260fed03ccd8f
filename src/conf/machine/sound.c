/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/sound.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_sound_model_names[] = {
    [MACHINE_SOUND_ICH6] = "ich6", [MACHINE_SOUND_ICH9] = "ich9",
    [MACHINE_SOUND_AC97] = "ac97", [MACHINE_SOUND_ES1370] = "es1370",
    [MACHINE_SOUND_SB16] = "sb16", [MACHINE_SOUND_PCSPK] = "pcspk",
    [MACHINE_SOUND_USB] = "usb",
};
ENUM_IMPL(machine_sound_model, MachineSoundModel)

static const char *const machine_codec_names[] = {
    [MACHINE_CODEC_DUPLEX] = "duplex",
    [MACHINE_CODEC_MICRO] = "micro",
    [MACHINE_CODEC_OUTPUT] = "output",
};
ENUM_IMPL(machine_codec, MachineCodec)

static const char *const machine_audio_type_names[] = {
    [MACHINE_AUDIO_NONE] = "none",
    [MACHINE_AUDIO_SPICE] = "spice",
    [MACHINE_AUDIO_FILE] = "file",
};
ENUM_IMPL(machine_audio_type, MachineAudioType)

static const XmlField sound_fields[] = {
    XML_NEEDED_WORD(NULL, "model", MachineSound, model, machine_sound_model_names),
    XML_UINT("audio", "id", MachineSound, audio_id, 1, 1000),
};

static const XmlField audio_fields[] = {
    XML_UINT(NULL, "id", MachineAudio, id, 1, 1000),
    XML_NEEDED_WORD(NULL, "type", MachineAudio, type, machine_audio_type_names),
    XML_FIELD(PATH, NULL, "path", MachineAudio, path),
};

static gboolean
parse_codecs(XmlTree *tree, XmlNode *node, MachineSound *sound, GError **error)
{
    for (XmlNode *codec = xml_child(node, "codec"); codec != NULL;
         codec = xml_next(codec, "codec")) {
        int type = 0;

        if (sound->model != MACHINE_SOUND_ICH6 && sound->model != MACHINE_SOUND_ICH9)
            return xml_error(tree, codec, error, "is for the models ich6 and ich9; remove it");
        if (sound->n_codecs >= MACHINE_CODECS_MAX)
            return xml_error(tree, codec, error, "is number %u; the limit is %d",
                             sound->n_codecs + 1, MACHINE_CODECS_MAX);
        if (xml_attr_need(tree, codec, "type", error) == NULL ||
            !xml_attr_word(tree, codec, "type", machine_codec_names, MACHINE_CODEC_LAST, &type,
                           error))
            return FALSE;
        (void)xml_attr(codec, "cad"); /* of older live XML */
        sound->codecs[sound->n_codecs++] = (MachineCodec)type;
    }
    return TRUE;
}

static gboolean
parse_sound(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineSound *sound = device;
    guint at = DEVICE_AT(PCI);

    if (!xml_fields_parse(tree, node, XML_FIELDS(sound_fields), sound, error) ||
        !parse_codecs(tree, node, sound, error))
        return FALSE;
    if (sound->model == MACHINE_SOUND_USB)
        at = DEVICE_AT(USB);
    else if (sound->model == MACHINE_SOUND_SB16 || sound->model == MACHINE_SOUND_PCSPK)
        at = DEVICE_AT(ISA);
    return device_info_parse(tree, node, DEVICE_MAY_ACPI, at, &sound->info, error);
}

static gboolean
parse_audio(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    static const char *const others[] = {"alsa", "coreaudio",  "dbus", "jack",
                                         "oss",  "pulseaudio", "sdl",  "pipewire"};
    MachineAudio *audio = device;
    const char *type = xml_attr(node, "type");

    audio->info.line = node->line;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported: the guest's process is kept away "
                                   "from the sound of the host; use spice, file or none",
                                   type);
    if (!xml_fields_parse(tree, node, XML_FIELDS(audio_fields), audio, error))
        return FALSE;
    if (audio->id == 0)
        return xml_error(tree, node, error, "lacks the attribute 'id'");
    if ((audio->type == MACHINE_AUDIO_FILE) != (audio->path != NULL))
        return audio->path == NULL
                   ? xml_error(tree, node, error, "type 'file' lacks the attribute 'path'")
                   : xml_error(tree, node, error, "attribute 'path' is for type='file'; remove it");
    return TRUE;
}

static void
format_sound(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
             GString *out)
{
    const MachineSound *sound = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append(out, "<sound");
    xml_fields_format_attrs(out, XML_FIELDS(sound_fields), sound);
    body = out->len;
    for (guint i = 0; i < sound->n_codecs; i++)
        xml_write_line(out, 6, "<codec type='%s'/>", machine_codec_to_string(sound->codecs[i]));
    xml_fields_format_children(out, 6, XML_FIELDS(sound_fields), sound);
    device_info_format(&sound->info, flags, 6, out);
    xml_write_close(out, 4, "sound", body);
}

static void
format_audio(gconstpointer device, const DomainDef *def G_GNUC_UNUSED,
             DomainFormatFlags flags G_GNUC_UNUSED, GString *out)
{
    xml_write_indent(out, 4);
    g_string_append(out, "<audio");
    xml_fields_format_attrs(out, XML_FIELDS(audio_fields), device);
    g_string_append(out, "/>\n");
}

static void
copy_sound(gpointer to)
{
    device_info_copy(&((MachineSound *)to)->info);
}

static void
copy_audio(gpointer to)
{
    xml_fields_copy(XML_FIELDS(audio_fields), to);
}

static void
clear_sound(gpointer device)
{
    device_info_clear(&((MachineSound *)device)->info);
}

static void
clear_audio(gpointer device)
{
    xml_fields_clear(XML_FIELDS(audio_fields), device);
}

const MachineDeviceOps machine_sound_ops = {"sound",      sizeof(MachineSound), parse_sound,
                                            format_sound, copy_sound,           clear_sound};
const MachineDeviceOps machine_audio_ops = {"audio",      sizeof(MachineAudio), parse_audio,
                                            format_audio, copy_audio,           clear_audio};
