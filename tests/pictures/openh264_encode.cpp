// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Encodes raw pictures (yuv420p) from stdin with openh264 to stdout (Annex B):
 * `openh264_encode WIDTH HEIGHT [OPTION...]`. Debian has the library, but no program that encodes with it.
 *
 * Options: cabac, slices=N, slice-bytes=N, layers=N (temporal), ltr (long-term references), refs=N, idr=N
 * (interval), qp=N, deblock=N (disable_deblocking_filter_idc), alpha=N, beta=N (offsets, -6 to 6), scenecut.
 */
#include <wels/codec_api.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace {

using Options = std::map<std::string, int>;

int value(const Options& options, const char* name, int otherwise) {
    const auto found = options.find(name);
    return found == options.end() ? otherwise : found->second;
}

/** Fills in @p parameters. False: a slice mode that cannot be. */
void configure(SEncParamExt& parameters, const Options& options, int width, int height) {
    parameters.iUsageType = CAMERA_VIDEO_REAL_TIME;
    parameters.fMaxFrameRate = 25;
    parameters.iPicWidth = width;
    parameters.iPicHeight = height;
    parameters.iTargetBitrate = 2000000;
    parameters.iRCMode = RC_OFF_MODE;
    parameters.iTemporalLayerNum = value(options, "layers", 1);
    parameters.iSpatialLayerNum = 1;
    parameters.iEntropyCodingModeFlag = value(options, "cabac", 0);
    parameters.iMultipleThreadIdc = 1;
    parameters.uiIntraPeriod = static_cast<unsigned>(value(options, "idr", 0));
    parameters.iNumRefFrame = value(options, "refs", AUTO_REF_PIC_COUNT);
    parameters.bEnableLongTermReference = value(options, "ltr", 0) != 0;
    parameters.iLTRRefNum = value(options, "ltr", 0) != 0 ? 2 : 0;
    parameters.iLtrMarkPeriod = 2;
    parameters.bEnableSceneChangeDetect = value(options, "scenecut", 0) != 0;
    parameters.bEnableFrameSkip = false;
    parameters.bEnableAdaptiveQuant = false;
    parameters.bEnableBackgroundDetection = false;
    parameters.iLoopFilterDisableIdc = value(options, "deblock", 0);
    parameters.iLoopFilterAlphaC0Offset = value(options, "alpha", 0);
    parameters.iLoopFilterBetaOffset = value(options, "beta", 0);
    parameters.iMinQp = 0;
    parameters.iMaxQp = 51;
    SSpatialLayerConfig& layer = parameters.sSpatialLayers[0];
    layer.iVideoWidth = width;
    layer.iVideoHeight = height;
    layer.fFrameRate = 25;
    layer.iSpatialBitrate = parameters.iTargetBitrate;
    layer.iDLayerQp = value(options, "qp", 26);
    layer.uiProfileIdc = value(options, "cabac", 0) != 0 ? PRO_HIGH : PRO_BASELINE;
    if (const int slices = value(options, "slices", 0); slices != 0) {
        layer.sSliceArgument.uiSliceMode = SM_FIXEDSLCNUM_SLICE;
        layer.sSliceArgument.uiSliceNum = static_cast<unsigned>(slices);
    } else if (const int bytes = value(options, "slice-bytes", 0); bytes != 0) {
        layer.sSliceArgument.uiSliceMode = SM_SIZELIMITED_SLICE;
        layer.sSliceArgument.uiSliceSizeConstraint = static_cast<unsigned>(bytes);
        parameters.uiMaxNalSize = static_cast<unsigned>(bytes);
    }
}

/** Tells the encoder what a receiver would: that a long-term reference has arrived, or that frames are lost.
 */
void feedback(ISVCEncoder& encoder, unsigned number) {
    if (number % 4 == 2) {
        SLTRMarkingFeedback marking{};
        marking.uiFeedbackType = LTR_MARKING_SUCCESS;
        marking.iLTRFrameNum = static_cast<int>(number);
        encoder.SetOption(ENCODER_LTR_MARKING_FEEDBACK, &marking);
    }
    if (number % 7 == 6) {
        SLTRRecoverRequest request{};
        request.uiFeedbackType = LTR_RECOVERY_REQUEST;
        request.iLastCorrectFrameNum = static_cast<int>(number) - 3;
        request.iCurrentFrameNum = static_cast<int>(number);
        encoder.SetOption(ENCODER_LTR_RECOVERY_REQUEST, &request);
    }
}

bool write(const SFrameBSInfo& info) {
    for (int i = 0; i < info.iLayerNum; ++i) {
        const SLayerBSInfo& layer = info.sLayerInfo[i];
        std::size_t size = 0;
        for (int unit = 0; unit < layer.iNalCount; ++unit) {
            size += static_cast<std::size_t>(layer.pNalLengthInByte[unit]);
        }
        if (std::fwrite(layer.pBsBuf, 1, size, stdout) != size) {
            return false;
        }
    }
    return true;
}

bool encode(ISVCEncoder& encoder, int width, int height, bool ltr) {
    const auto luma = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::vector<unsigned char> picture(luma * 3 / 2);
    for (unsigned number = 0; std::fread(picture.data(), 1, picture.size(), stdin) == picture.size();
         ++number) {
        SSourcePicture source{};
        source.iColorFormat = videoFormatI420;
        source.iPicWidth = width;
        source.iPicHeight = height;
        source.iStride[0] = width;
        source.iStride[1] = source.iStride[2] = width / 2;
        source.pData[0] = picture.data();
        source.pData[1] = source.pData[0] + luma;
        source.pData[2] = source.pData[1] + luma / 4;
        source.uiTimeStamp = 40 * static_cast<long long>(number);
        SFrameBSInfo info{};
        if (encoder.EncodeFrame(&source, &info) != cmResultSuccess || !write(info)) {
            return false;
        }
        if (ltr) {
            feedback(encoder, number);
        }
    }
    return true;
}

}  // namespace

int main(int count, char** words) {
    const int width = count > 2 ? std::atoi(words[1]) : 0, height = count > 2 ? std::atoi(words[2]) : 0;
    if (width < 16 || height < 16 || width % 2 != 0 || height % 2 != 0) {
        std::fprintf(stderr,
                     "usage: openh264_encode WIDTH HEIGHT [OPTION[=N]...], even numbers from 16 on\n");
        return 2;
    }
    Options options;
    for (int i = 3; i < count; ++i) {
        const std::string word = words[i];
        const std::size_t equals = word.find('=');
        options[word.substr(0, equals)] =
            equals == std::string::npos ? 1 : std::atoi(word.c_str() + equals + 1);
    }
    ISVCEncoder* encoder = nullptr;
    if (WelsCreateSVCEncoder(&encoder) != 0) {
        return 1;
    }
    int quiet = WELS_LOG_ERROR;
    encoder->SetOption(ENCODER_OPTION_TRACE_LEVEL, &quiet);
    SEncParamExt parameters;
    encoder->GetDefaultParams(&parameters);
    configure(parameters, options, width, height);
    const bool good = encoder->InitializeExt(&parameters) == cmResultSuccess &&
                      encode(*encoder, width, height, value(options, "ltr", 0) != 0);
    WelsDestroySVCEncoder(encoder);
    if (!good) {
        std::fprintf(stderr, "openh264 has given up\n");
    }
    return good ? 0 : 1;
}
